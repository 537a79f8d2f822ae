export function ConversationStart({ name }: { readonly name: string }) {
  return (
    <p className="conversation-start">
      This is the beginning of your conversation with <bdi>{name}</bdi>.
    </p>
  );
}
