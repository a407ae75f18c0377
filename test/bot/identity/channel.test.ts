import assert from 'node:assert/strict'
import fc from 'fast-check'
import { channelProof, checkSender, matchedNumberProof, type Sender } from '../../../bot/identity/channel.ts'
import { somebody } from './people.ts'

const ada = somebody()

function sender(changes: Partial<Sender> = {}): Sender {
  return {
    claimedTenant: ada.tenant,
    aadObjectId: ada.id,
    expectedTenants: [ada.tenant],
    directoryUser: { id: ada.id, displayName: ada.name, userType: 'Member', accountEnabled: true },
    ...changes,
  }
}

function directory(changes: Partial<NonNullable<Sender['directoryUser']>>): Partial<Sender> {
  return {
    directoryUser: { id: ada.id, displayName: ada.name, userType: 'Member', accountEnabled: true, ...changes },
  }
}

describe('who is writing', () => {
  it('is the member of our tenant whom the directory knows', () => {
    assert.deepEqual(checkSender(sender()), { ok: true, person: ada })
    const shouting = sender({ aadObjectId: ada.id.toUpperCase(), claimedTenant: ada.tenant.toUpperCase() })
    assert.deepEqual(checkSender(shouting), { ok: true, person: ada })
  })

  const refused: [string, Partial<Sender>, string][] = [
    ['of another tenant', { claimedTenant: somebody().id }, 'other-tenant'],
    ['of any tenant, when none is served', { expectedTenants: [] }, 'other-tenant'],
    ['without a tenant', { claimedTenant: undefined }, 'unverifiable'],
    ['without an object id', { aadObjectId: undefined }, 'unverifiable'],
    ['with an empty object id', { aadObjectId: '' }, 'unverifiable'],
    ['with a name for an id', { aadObjectId: 'ada@contoso.example' }, 'unverifiable'],
    ['with an object for an id', { aadObjectId: { id: ada.id } }, 'unverifiable'],
    ['whom the directory does not know', { directoryUser: undefined }, 'unknown'],
    ['for whom the directory names somebody else', directory({ id: somebody().id }), 'unverifiable'],
    ['who is a guest', directory({ userType: 'Guest' }), 'guest'],
    ['of whom it is not said whether they are a guest', directory({ userType: undefined }), 'unverifiable'],
    ['whose account is blocked', directory({ accountEnabled: false }), 'disabled'],
    ['of whom it is not said whether they are blocked', directory({ accountEnabled: undefined }), 'unverifiable'],
  ]
  for (const [who, changes, code] of refused) {
    it(`is refused when somebody ${who}`, () => {
      const result = checkSender(sender(changes))
      assert(!result.ok)
      assert.equal(result.code, code)
      assert.match(result.sentence, /Please (call|ask|write)|ask the IT help desk/)
      assert(!result.sentence.includes(ada.id))
    })
  }

  it('is never made up: whatever is sent, a person comes out only with their own ids', () => {
    const anything = fc.oneof(fc.anything(), fc.constant(ada.id), fc.constant(ada.tenant))
    fc.assert(
      fc.property(anything, anything, (claimedTenant, aadObjectId) => {
        const result = checkSender(sender({ claimedTenant, aadObjectId }))
        if (result.ok) assert.deepEqual([claimedTenant, aadObjectId], [ada.tenant, ada.id])
      }),
    )
  })

  it('is a proof of one dialog, and a new one each time, so that one that ran out can be renewed', () => {
    const at = new Date('2026-03-02T09:00:00Z')
    assert.equal(channelProof(ada, 'd-1', at, true).dialogId, 'd-1')
    assert.notEqual(channelProof(ada, 'd-1', at, true).id, channelProof(ada, 'd-1', at, true).id)
  })

  it('counts only where the chat product makes sure who sits there', () => {
    const at = new Date('2026-03-02T09:00:00Z')
    assert.deepEqual(
      [true, false].map((strong) => channelProof(ada, 'd-1', at, strong).counts),
      [true, false],
    )
  })

  it('is one proof for one matched number, however often it is looked at', () => {
    const at = new Date('2026-03-02T09:00:00Z')
    const matched = (counts: boolean) => matchedNumberProof(ada, 'd-1', at, { id: 'c-1', counts })
    assert.deepEqual(matched(true), matched(true))
    assert.deepEqual([matched(true).method, matched(true).person, matched(false).counts], ['channel', ada.id, false])
  })
})
