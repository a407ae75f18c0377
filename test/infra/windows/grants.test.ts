import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { classes, dsacls, type Right, rights } from '../../../agent/doctor/rights.ts'
import { policedOperations } from '../../../agent/policy/policy.ts'
import { grants, writtenAttributes } from '../../../infra/practice/domain/grants.ts'
import { type WindowsGrant, windowsGrants } from './table.ts'

const extendedRights: Readonly<Record<string, string>> = {
  'Reset Password': '00299570-246d-11d0-a768-00aa006e0529',
}

/** What dsacls makes of its words, in SDDL: names become GUIDs, `/I:` becomes flags. */
function aceOf({ reach, entry: [mask, object, childClass] }: WindowsGrant): string {
  const flags = { S: 'CIIO', T: 'CI' }[reach]
  // dsacls says CA (control access) where SDDL says CR.
  const sddlMask = mask === 'CA' ? 'CR' : mask
  const guid = object === '' ? '' : (guidOf(object) ?? `unknown ${object}`)
  return `(OA;${flags};${sddlMask};${guid};${childClass === '' ? '' : (guidOf(childClass) ?? childClass)};{account})`
}

const guidOf = (name: string): string | undefined =>
  new Map(Object.entries({ ...writtenAttributes, ...extendedRights, ...classes })).get(name)

const lineOf = (whatFor: string, operations: readonly string[], ace: string) =>
  `${ace} for ${[...operations].sort().join(', ')}: ${whatFor}`

describe('the rights that the installer gives', () => {
  const table = windowsGrants()

  it('are those of the practice domain, entry by entry', () => {
    assert.ok(table.length > 10, 'the table is read')
    assert.deepEqual(
      table.map(({ on, whatFor, operations, ace }) => `${on} ${lineOf(whatFor, operations, ace)}`),
      grants.map(({ where, whatFor, commands, ace }) => `${where} ${lineOf(whatFor, commands, ace)}`),
    )
  })

  it('are given by dsacls as they are read back', () => {
    for (const grant of table) assert.equal(aceOf(grant), grant.ace, grant.whatFor)
  })

  it('are those that the doctor looks for, by the same commands', () => {
    const given = table.map((grant) => {
      const command = `dsacls "OU=X" /I:${grant.reach} /G "a@b:${grant.entry.join(';').replace(/;$/, '')}"`
      return `${grant.on} ${[...grant.operations].sort().join(', ')} ${command}`
    })
    const looked = rights.map(
      (right) => `${right.on} ${[...right.operations].sort().join(', ')} ${dsacls(right, 'OU=X', 'a@b')}`,
    )
    assert.deepEqual(looked.sort(), given.sort())
  })

  it('name what the doctor looks for by the same GUIDs', () => {
    const guids = (right: Right) => (right.kind === 'delete' ? `;;${right.guid};` : `;${right.guid};`)
    for (const right of rights) {
      const same = table.filter(
        ({ entry, ace }) => ace.includes(guids(right)) && entry[1] === (right.kind === 'delete' ? '' : right.name),
      )
      assert.equal(same.length, 1, `${right.kind} ${right.name}`)
    }
  })

  it('serve every operation that a policy can allow, and no other', () => {
    const served = new Set(table.flatMap(({ operations }) => operations))
    assert.deepEqual([...served].sort(), [...policedOperations].sort())
  })

  it('stand in the guide for administrators, operation by operation', () => {
    const guide = readFileSync(new URL('../../../infra/README.md', import.meta.url), 'utf8')
    const [, section = ''] = /^### What the bind account may\n(.*?)^### /ms.exec(guide) ?? []
    const rows = section.split('\n').filter((line) => line.startsWith('| `'))
    for (const operation of policedOperations) {
      const row = rows.find((line) => line.split('|')[1]?.includes(`\`${operation}\``)) ?? ''
      const named = [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)
      const needed = rights.filter(({ kind, operations }) => kind === 'write' && operations.includes(operation))
      assert.deepEqual(named.sort(), needed.map(({ name }) => name).sort(), operation)
    }
  })
})
