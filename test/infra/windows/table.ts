import { readFileSync } from 'node:fs'

/** One line of the table of rights in HelpBotAgent.psm1. */
export interface WindowsGrant {
  readonly on: 'users' | 'groups'
  readonly operations: readonly string[]
  /** S: what lies below; T: the unit as well. */
  readonly reach: 'S' | 'T'
  /** Rights, object and class, as dsacls is told them. */
  readonly entry: readonly [rights: string, object: string, childClass: string]
  readonly ace: string
  readonly whatFor: string
}

/** Text of a script, without the mark of its encoding. */
export const script = (name: string): string =>
  readFileSync(new URL(`../../../infra/windows/${name}`, import.meta.url), 'utf8').replace(/^\uFEFF/, '')

/** The table as it stands, line by line. @throws Error for a line that cannot be read */
export function windowsGrants(): readonly WindowsGrant[] {
  const [, table = ''] = /^\$script:Grants = @\(\n(.*?)^\)\n/ms.exec(script('HelpBotAgent.psm1')) ?? []
  return table
    .trimEnd()
    .split('\n')
    .map((line) => {
      const found =
        /^ {4}@\{ On = '(users|groups)'; Operations = ('[a-z-]+'(?:, '[a-z-]+')*); Reach = '([ST])'; Entry = '([^']+)'; Ace = '([^']+)'; WhatFor = '([^']+)' \}$/.exec(
          line,
        )
      const [, on, operations = '', reach, entry = '', ace = '', whatFor = ''] = found ?? []
      if ((on !== 'users' && on !== 'groups') || (reach !== 'S' && reach !== 'T'))
        throw new Error(`this line of the table cannot be read: ${line}`)
      const [rights = '', object = '', childClass = ''] = entry.split(';')
      return {
        on,
        operations: [...operations.matchAll(/'([a-z-]+)'/g)].map(([, name = '']) => name),
        reach,
        entry: [rights, object, childClass],
        ace,
        whatFor,
      }
    })
}
