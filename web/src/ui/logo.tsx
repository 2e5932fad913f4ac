export function Logo({ size = 40 }: { size?: number }) {
  return <img src="/icon.svg" width={size} height={size} alt="" className="logo" />;
}

export function Wordmark() {
  return (
    <span className="wordmark">
      <Logo size={32} />
      Guildhall
    </span>
  );
}
