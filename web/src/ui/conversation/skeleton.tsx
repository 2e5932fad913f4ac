const widths = [[62, 38], [84], [45, 71, 30], [55], [77, 49], [34], [66, 58]];

/** Grey shapes of messages while the first ones are loading. */
export function MessagesSkeleton() {
  return (
    <div className="messages-place" aria-busy="true">
      <p className="visually-hidden" role="status">
        Loading messages…
      </p>
      <div className="messages skeletons" aria-hidden="true">
        {widths.map(lines => (
          <div className="skeleton-message" key={lines.join()}>
            <span className="skeleton skeleton-face" />
            <span className="skeleton-lines">
              <span className="skeleton skeleton-author" />
              {lines.map(width => (
                <span className="skeleton skeleton-text" key={width} style={{ width: `${width}%` }} />
              ))}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
