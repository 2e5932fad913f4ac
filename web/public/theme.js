// Runs before the first paint, so that the page never flashes in the other theme.
(() => {
  try {
    const look = JSON.parse(localStorage.getItem('guildhall.look') || '{}');
    if (look.theme === 'dark' || look.theme === 'light') document.documentElement.dataset.theme = look.theme;
    if (look.density === 'compact') document.documentElement.dataset.density = 'compact';
  } catch {
    // Storage is off or holds something else: the system's theme stands.
  }
})();
