/** Which nodes stand for what. Instances have their own ids; those of groups and notes have a prefix that no instance can have. */

export const groupNodeId = (id: string): string => `group:${id}`;
export const noteNodeId = (id: string): string => `note:${id}`;

/** What a node stands for. */
export function ownerOf(node: string): { readonly kind: 'instance' | 'group' | 'note'; readonly id: string } {
  if (node.startsWith('group:')) return { kind: 'group', id: node.slice(6) };
  return node.startsWith('note:') ? { kind: 'note', id: node.slice(5) } : { kind: 'instance', id: node };
}
