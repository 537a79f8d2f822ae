/** What the identity directory knows of a person. */
export type Person = {
  readonly clerkId: string;
  readonly name: string;
  /** Lower-cased; empty when the person gave none. */
  readonly email: string;
  readonly avatar: string | null;
  readonly updatedAt: Date;
};
