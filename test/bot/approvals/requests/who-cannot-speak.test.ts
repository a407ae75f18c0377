import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { openRequestOffice, type RequestOffice } from './office.ts'

describe('an extension that somebody approved who has left since', () => {
  let office: RequestOffice

  before(async () => {
    office = await openRequestOffice()
  })
  beforeEach(() => office.forgetAll())
  after(() => office.close())

  const managerThenOwner: readonly Stage[] = [[{ from: 'manager', need: 1 }], [{ from: 'owners', need: 1 }]]
  const asked = (kind: 'extension' | 'access') =>
    office.asked(office.ada, managerThenOwner, { kind, extends: kind === 'access' ? null : randomUUID() })

  async function afterMayaLeft(kind: 'extension' | 'access') {
    const id = await asked(kind)
    await office.decides(id, office.maya, 'yes')
    office.change(office.maya, { accountEnabled: false })
    try {
      return { id, said: await office.says(id, office.hugo, 'yes') }
    } finally {
      office.change(office.maya, { accountEnabled: true })
    }
  }

  it('does not take effect, and ends', async () => {
    const { id, said } = await afterMayaLeft('extension')
    assert.match('refused' in said ? said.refused : 'taken', /^Maya Okonkwo approved it, and cannot approve anything/)
    const { state, ending } = await office.now(id)
    assert.equal(state, 'void')
    assert.match(ending ?? '', /has to be asked for anew/)
    assert.equal(
      office.approved.some((request) => request.id === id),
      false,
    )
    const actions = (await office.audited(id)).map(({ action }) => action)
    assert.equal(actions.at(-1), 'void-access')
  })

  it('takes no effect while the directory does not say', async () => {
    const id = await asked('extension')
    await office.decides(id, office.maya, 'yes')
    office.trouble.code = 'unreachable'
    await assert.rejects(office.says(id, office.hugo, 'yes'), /unreachable/)
    assert.equal((await office.now(id)).state, 'open')
    office.trouble.code = undefined
    const { request } = await office.decides(id, office.hugo, 'yes')
    assert.equal(request.state, 'approved')
  })

  it('does where something is begun: the operation that begins it looks for itself', async () => {
    const { id, said } = await afterMayaLeft('access')
    assert.equal('refused' in said, false)
    assert.equal((await office.now(id)).state, 'approved')
  })
})
