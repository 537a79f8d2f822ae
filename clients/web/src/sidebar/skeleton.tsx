const rowCount = 5;

/** Where the rows will be. Fades in only when they take their time. */
export function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading your chats">
      {Array.from({ length: rowCount }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
