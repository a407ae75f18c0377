import type { Entry } from 'ldapts'
import type { Search } from '../ldap/domain.ts'
import { isAtOrBelow } from '../ldap/names.ts'
import type { CommandGround } from './command.ts'

/**
 * Everything of one kind below the bases that may be read, page by page. The controller is used beyond `reading`: a listing has a
 * connection of its own, and when that is lost the listing is over.
 */
export async function* listing<T>(
  { domain, policy }: CommandGround,
  search: Omit<Search, 'base' | 'scope'>,
  size: number,
  make: (entry: Entry) => T | undefined,
): AsyncIterable<readonly T[]> {
  const controller = await domain.reading(async (one) => one)
  for (const base of outermost(policy.readable))
    for await (const entries of controller.pages({ ...search, base, scope: 'sub' }, size))
      yield entries.map(make).filter((item) => item !== undefined)
}

/** Without the bases that lie in others, so that nothing is told twice. */
function outermost(bases: readonly string[]): readonly string[] {
  return bases.filter(
    (base, at) =>
      !bases.some(
        (other, index) => index !== at && isAtOrBelow(base, other) && (index < at || !isAtOrBelow(other, base)),
      ),
  )
}
