import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { passwordRole, passwordRoles } from '../../../bot/directory/permissions.ts'
import { permissionTable } from '../../../bot/doctor/permission-table.ts'

describe('infra/README.md', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../infra/README.md'), 'utf8')

  it('lists the permissions of the code, no more and no less', () => {
    const table = readme.slice(readme.indexOf('| Application permission |')).split('\n\n')[0]
    assert.equal(table, permissionTable(), 'print it anew with: npm run doctor -- --permissions')
  })

  it('names the role the doctor asks for', () => {
    assert.ok(passwordRoles.some(({ name }) => name === passwordRole))
    assert.ok(readme.includes(`**${passwordRole}**`))
  })
})
