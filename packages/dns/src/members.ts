import { checkKeys } from '@sdk/common';

/**
 * Refuses unknown members by name. As `checkKeys`, without narrowing what is checked to a record of unknowns: the types of
 * our own inputs say more.
 */
export const checkMembers: (value: unknown, known: readonly string[], where: string) => void =
  checkKeys;
