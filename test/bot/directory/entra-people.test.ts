import assert from 'node:assert/strict'
import type { DirectoryUser } from '../../../bot/directory/directory.ts'
import { groupId, userId } from '../../../bot/identity/person.ts'
import { type CastKey, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { failure, openTenantDirectory, readingGroups, type TenantDirectory } from './tenant-directory.ts'

const nobody = userId.parse('00000000-0000-4000-8000-000000000000')
const of = (key: CastKey) => userId.parse(wellKnown[key].id)
const names = (people: readonly DirectoryUser[]) => people.map(({ displayName }) => displayName)

describe('finding people in Entra ID', () => {
  let practice: TenantDirectory
  before(async () => {
    practice = await openTenantDirectory({ people: 400 })
  })
  afterEach(() => {
    practice.tenant.control.faults.clear()
    practice.pauses.length = 0
  })
  after(() => practice.close())
  const byAddress = async (address: string) => names(await practice.directory.findByAddress(address))
  const found = async (text: string, limit = 25) => names(await practice.directory.findPeople(text, limit))

  describe('by address', () => {
    it('finds the one person who has it, in any case of letters', async () => {
      assert.deepEqual(await byAddress('ada.lindqvist@nordwind.example'), ['Ada Lindqvist'])
      assert.deepEqual(await byAddress(' ADA.Lindqvist@Nordwind.Example '), ['Ada Lindqvist'])
      const [ada] = await practice.directory.findByAddress('ada.lindqvist@nordwind.example')
      assert.equal(ada?.id, of('ada'))
      assert.equal(ada.accountEnabled, true)
    })

    it('finds guests and disabled people too, for the caller to refuse', async () => {
      const [gil] = await practice.directory.findByAddress('gil.santos@harbour.example')
      assert.equal(gil?.userType, 'Guest')
      const [otto] = await practice.directory.findByAddress('otto.brandt@nordwind.example')
      assert.equal(otto?.accountEnabled, false)
    })

    it('finds an alias, and shows both of two who share one', async () => {
      assert.deepEqual(await byAddress('nia@nordwind.example'), ['Nia Campbell'])
      assert.deepEqual((await byAddress('Contracts@nordwind.example')).toSorted(), ['Clara Weiss', 'Nia Campbell'])
    })

    it('gives three at most', async () => {
      const { control } = practice.tenant
      const ids = (['maya', 'tomas', 'zoe', 'noor'] as const).map((key) => wellKnown[key].id)
      for (const id of ids) control.editUser(id, { proxyAddresses: ['smtp:everybody@nordwind.example'] })
      assert.equal((await byAddress('everybody@nordwind.example')).length, 3)
    })

    it('takes no notice of addresses that people write themselves', async () => {
      assert.deepEqual(await byAddress('tomas.dvorak@letterbox.example'), [])
    })

    it('takes half a character for no address', async () => {
      assert.deepEqual(await byAddress('ada\ud83d@nordwind.example'), [])
    })

    it('takes quotes and marks for what they are', async () => {
      const { control } = practice.tenant
      const mail = "padraig.o'brien+50%&co=1@nordwind.example"
      control.editUser(wellKnown.padraig.id, { mail })
      assert.deepEqual(await byAddress(mail), [wellKnown.padraig.name])
      assert.deepEqual(await byAddress("x' or userType eq 'Member' or mail eq 'x@y"), [])
      assert.deepEqual(await byAddress("x'or'1'eq'1@nordwind.example"), [])
    })

    it('takes no letter for another: the directory here folds the Kelvin sign to a k', async () => {
      assert.deepEqual(await byAddress('kwame.mensah@nordwind.example'), ['Kwame Mensah'])
      assert.deepEqual(await byAddress('\u212awame.mensah@nordwind.example'), [])
    })

    it('finds nobody by what is no address, and does not ask', async () => {
      const asked = practice.watch('GET', /users/)
      for (const text of [
        '',
        'ada',
        '@',
        'a@',
        'a b@nordwind.example',
        'a@b@c',
        `${'a'.repeat(320)}@b.example`,
        'a\n@b',
      ])
        assert.deepEqual(await byAddress(text), [], text)
      assert.equal(asked(), 0)
    })

    it('forgets an address that was given up, and finds who has it now', async () => {
      const { control } = practice.tenant
      control.editUser(wellKnown.sam.id, {
        mail: 'sam.w@nordwind.example',
        userPrincipalName: 'sam.w@nordwind.example',
      })
      assert.deepEqual(await byAddress('sam.whitfield@nordwind.example'), [])
      assert.deepEqual(await byAddress('sam.w@nordwind.example'), ['Sam Whitfield'])
      control.editUser(wellKnown.q.id, { mail: 'sam.whitfield@nordwind.example' })
      assert.deepEqual(await byAddress('sam.whitfield@nordwind.example'), ['Q'])
    })

    it('keeps on through 429, 503 and a cut connection', async () => {
      const { faults } = practice.tenant.control
      faults.set({ class: 'users.read', kind: '429', retryAfterSeconds: 3 })
      faults.set({ class: 'users.read', kind: '503' })
      faults.set({ class: 'users.read', kind: 'cut' })
      assert.deepEqual(await byAddress('ada.lindqvist@nordwind.example'), ['Ada Lindqvist'])
      assert.equal(practice.pauses[0], 3000)
      assert.equal(practice.pauses.length, 3)
    })

    it('says so when the directory does not answer: nobody found is another thing', async () => {
      practice.tenant.control.faults.set({ class: 'users.read', kind: '503', times: 'always' })
      assert.equal(
        (await failure(practice.directory.findByAddress('ada.lindqvist@nordwind.example'))).code,
        'unreachable',
      )
    })
  })

  describe('by name', () => {
    it('finds words of a name from their beginnings, in any order', async () => {
      assert.deepEqual(await found('lindq'), ['Ada Lindqvist'])
      assert.deepEqual(await found('Lindqvist ada'), ['Ada Lindqvist'])
      assert.deepEqual(await found('indqvist'), [])
    })

    it('finds by the beginning of an address', async () => {
      assert.deepEqual(await found('ada.lindqvist@nord'), ['Ada Lindqvist'])
    })

    it('finds Pádraig O’Brien by his name, and nobody by a trick', async () => {
      assert.deepEqual(await found("Pádraig O'Brien"), ["Pádraig O'Brien"])
      assert.deepEqual(await found("o'brien"), ["Pádraig O'Brien"])
      assert.deepEqual(await found('x" OR "displayName:ada'), [])
      assert.deepEqual(await found('ada\\'), await found('ada'))
      assert.deepEqual(await found('Ada&$top=999#x'), [])
    })

    it('finds members only, disabled ones too', async () => {
      assert.deepEqual(await found('Santos'), [])
      assert.deepEqual(await found('Otto Brandt'), ['Otto Brandt'])
    })

    it('finds guests too where they are asked for', async () => {
      const withGuests = async (text: string) => names(await practice.directory.findPeople(text, 10, { guests: true }))
      assert.deepEqual(await withGuests('Santos'), ['Gil Santos'])
      assert.deepEqual(await withGuests('ada.lindqvist@'), ['Ada Lindqvist'])
      assert.deepEqual(names(await practice.directory.findPeople('Santos', 10, { guests: false })), [])
    })

    it('gives as many as asked, 25 at most, by name', async () => {
      const many = await found('a', 1000)
      assert.equal(many.length, 25)
      const sorted = many.toSorted(new Intl.Collator('en', { sensitivity: 'base' }).compare)
      assert.deepEqual(many, sorted)
      assert.deepEqual(await found('a', 2), many.slice(0, 2))
      assert.equal((await found('a', 0)).length, 1)
      assert.equal((await found('a', Number.NaN)).length, 1)
    })

    it('does not ask for nothing', async () => {
      const asked = practice.watch('GET', /users/)
      for (const text of ['', '   ', '"', '\\', '...', '\u202e']) assert.deepEqual(await found(text), [])
      assert.equal(asked(), 0)
      assert.deepEqual(await found('z'.repeat(10_000)), [])
    })
  })

  describe('around somebody', () => {
    it('lists direct reports by name, as they are now', async () => {
      const { control } = practice.tenant
      const reports = await practice.directory.directReports(of('maya'), 100)
      assert.ok(names(reports).includes('Ada Lindqvist'))
      assert.ok(reports.length > 1)
      assert.equal((await practice.directory.directReports(of('maya'), 1)).length, 1)
      control.editUser(wellKnown.ada.id, { managerId: wellKnown.itManager.id })
      assert.ok(!names(await practice.directory.directReports(of('maya'), 100)).includes('Ada Lindqvist'))
      assert.ok(names(await practice.directory.directReports(of('itManager'), 100)).includes('Ada Lindqvist'))
      control.editUser(wellKnown.ada.id, { managerId: wellKnown.maya.id })
      assert.deepEqual(await practice.directory.directReports(of('q'), 10), [])
      assert.equal((await failure(practice.directory.directReports(nobody, 10))).code, 'not-found')
    })

    it('lists groups by name, nested ones too, and says when there are more', async () => {
      const { groups, more } = await practice.directory.groupsOf(of('lucas'), 100)
      assert.equal(more, false)
      const shown = groups.map(({ displayName }) => displayName)
      assert.deepEqual(shown, ['All Employees', 'Department Finance', 'Plant Network Operators', 'Tier 0 Operators'])
      assert.equal(groups[0]?.description, 'Everybody but guests')
      const few = await practice.directory.groupsOf(of('lucas'), 2)
      assert.deepEqual(
        few.groups.map(({ displayName }) => displayName),
        shown.slice(0, 2),
      )
      assert.equal(few.more, true)
      assert.equal((await practice.directory.groupsOf(of('lucas'), 4)).more, false)
      assert.deepEqual(await practice.directory.groupsOf(of('gil'), 10), { groups: [], more: false })
      assert.equal((await failure(practice.directory.groupsOf(nobody, 10))).code, 'not-found')
    })

    it('sees somebody join and leave IT', async () => {
      const { control } = practice.tenant
      const it = groupId.parse(wellKnownGroups.itHelpDesk)
      control.addMember(it, of('zoe'))
      assert.deepEqual(await practice.directory.memberOf(of('zoe'), [it]), [it])
      control.removeMember(it, of('zoe'))
      assert.deepEqual(await practice.directory.memberOf(of('zoe'), [it]), [])
    })

    it('does not say “no groups” when it may not look', async () => {
      await practice.without(readingGroups, async () => {
        const error = await failure(practice.directory.groupsOf(of('ada'), 10))
        assert.equal(error.code, 'refused')
        assert.match(error.detail, /lacks GroupMember\.Read\.All/)
      })
      await practice.without('User.Read.All', async () => {
        assert.equal((await failure(practice.directory.findPeople('ada', 5))).code, 'refused')
        assert.equal((await failure(practice.directory.findByAddress('a@b.example'))).code, 'refused')
        assert.equal((await failure(practice.directory.directReports(of('maya'), 5))).code, 'refused')
      })
    })
  })
})
