import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readRequest } from '../../../bot/approvals/requests/requests.ts'
import { contractor } from '../../../dialogs/contractor.ts'
import { extendAccess } from '../../../dialogs/extend-access.ts'
import { requestAccess } from '../../../dialogs/request-access.ts'
import { whoApproves } from '../../../dialogs/who-approves.ts'
import { whoIsIn } from '../../../dialogs/who-is-in.ts'
import { withdrawRequest } from '../../../dialogs/withdraw-request.ts'
import { openAccessOffice } from './access-office.ts'

const day = 86_400_000
const wish = { reason: 'Quarter end figures', startsAt: null, lasts: { for: 7 * day } } as const

describe('asking for access', function () {
  this.timeout(180_000)
  let office: Awaited<ReturnType<typeof openAccessOffice>>

  before(async () => {
    office = await openAccessOffice()
  })
  afterEach(() => office.forgetRequests())
  after(() => office.close())

  it('tells who will be asked, by name, before anybody is', async () => {
    const ada = office.deskOf('ada')
    const reports = await ada.previewAccess('finance-reports')
    assert.match(reports?.approvers ?? '', /^Maya Okonkwo \(manager\), then one of /)
    assert.match(reports?.approvers ?? '', /Hugo Ferreira \(owner of Finance Reports\)/)
    assert.equal((await ada.previewAccess('sales-dashboard'))?.longest, undefined)
  })

  it('the same id is the same request, and another id is told of the first', async () => {
    const ada = office.deskOf('ada')
    const id = randomUUID()
    const asked = await ada.requestAccess(id, { entry: 'sales-dashboard', ...wish })
    assert.ok(asked.ok, asked.sentence)
    assert.match(asked.sentence, /^Request \d+: It waits for Maya Okonkwo \(manager\)/)
    assert.deepEqual(await ada.requestAccess(id, { entry: 'sales-dashboard', ...wish }), asked)
    const again = await ada.requestAccess(randomUUID(), { entry: 'sales-dashboard', ...wish })
    assert.ok(!again.ok)
    assert.match(again.sentence, new RegExp(`request ${asked.number}\\. It waits for Maya Okonkwo`))
  })

  for (const [what, changed, says] of [
    ['no reason', { reason: '  ' }, /give a reason/],
    ['a secret for a reason', { reason: 'my password is Tangerine-42-Harbour' }, /looks like a password/],
    ['longer than the maximum', { lasts: { for: 91 * day } }, /90 days at most/],
    ['for good', { lasts: 'permanent' }, /cannot be given for good/],
    ['a start in the past', { startsAt: '2020-01-01T00:00:00.000Z' }, /lies in the past/],
    ['a start too far ahead', { startsAt: new Date(Date.now() + 95 * day).toISOString() }, /within 90 days/],
    ['an end before the start', { lasts: { until: '2020-01-01T00:00:00.000Z' } }, /over before it begins/],
  ] as const)
    it(`is refused with ${what}, and nothing is written`, async () => {
      const ada = office.deskOf('ada')
      const asked = await ada.requestAccess(randomUUID(), { entry: 'finance-reports', ...wish, ...changed })
      assert.ok(!asked.ok)
      assert.match(asked.sentence, says)
      assert.deepEqual(await ada.myRequests(), [])
    })

  it('for a direct report, and for nobody else', async () => {
    const maya = office.deskOf('maya')
    const asked = await maya.requestAccess(randomUUID(), {
      entry: 'sales-dashboard',
      about: office.person('ada').id,
      ...wish,
    })
    assert.ok(asked.ok, asked.sentence)
    assert.match(asked.sentence, /Benoît Lacroix/, 'whoever asks does not approve')
    const other = await maya.requestAccess(randomUUID(), {
      entry: 'sales-dashboard',
      about: office.person('tomas').id,
      ...wish,
    })
    assert.ok(!other.ok)
  })

  it('what may not be seen cannot be asked for by its key either', async () => {
    const asked = await office.deskOf('ada').requestAccess(randomUUID(), { entry: 'hr-files', ...wish })
    assert.deepEqual(asked, { ok: false, sentence: 'I find nothing of that kind that you could ask for.' })
  })

  it('whoever is in it hears that there is nothing to ask for', () =>
    office.within('invoice-entry', 'ada', async () => {
      const ada = office.deskOf('ada')
      assert.match((await ada.previewAccess('invoice-entry'))?.instead ?? '', /You have it already, and not from me/)
      const { lines } = await ada.myAccess()
      assert.ok(lines.some((line) => line.title === 'Invoices (enter)' && line.because === 'not given by HelpBot'))
    }))

  it('what does not go with it is refused, or takes one more yes', () =>
    office.within('invoice-entry', 'ada', async () => {
      const ada = office.deskOf('ada')
      assert.match((await ada.previewAccess('payment-release'))?.instead ?? '', /must not release its payment/)
      const vendor = await ada.previewAccess('vendor-master')
      assert.equal(vendor?.instead, undefined)
      assert.match(
        vendor?.conflicts.join() ?? '',
        /You have Invoices \(enter\), and that does not go with Vendor master/,
      )
      assert.match(vendor?.approvers ?? '', /^Maya Okonkwo \(manager\), then .*Dmitri Volkov/)
    }))

  it('what was asked for at the same time counts as well', async () => {
    const ada = office.deskOf('ada')
    assert.ok((await ada.requestAccess(randomUUID(), { entry: 'invoice-entry', ...wish })).ok)
    const preview = await ada.previewAccess('payment-release')
    assert.match(preview?.instead ?? '', /A request for Invoices \(enter\) is open for you/)
  })

  it('talks from the first words to the number, and takes it back', async () => {
    const ada = office.converse(requestAccess, 'ada', 'I need access to the sales dashboard')
    assert.equal((await ada.begin()).card, 'choose-entry')
    assert.equal((await ada.press('Sales dashboard')).card, 'ask-reason')
    assert.equal((await ada.say('Quarter end figures')).card, 'ask-day')
    const again = await ada.say('3/4')
    assert.match(String(again.data.problem), /two days/)
    const last = await ada.say('2 weeks')
    assert.equal(last.card, 'access-confirm')
    assert.match(JSON.stringify(last.data), /14 days.*as soon as it is approved.*Maya Okonkwo/)
    assert.match(String((await ada.press('Start later')).data.title), /When shall it start/)
    assert.match(JSON.stringify((await ada.say('tomorrow')).data.facts), /Starts/)
    const done = await ada.press('Ask for it')
    assert.match(String(done.data.text), /Request \d+: It waits for Maya Okonkwo/)

    const back = office.converse(withdrawRequest, 'ada', 'withdraw it')
    assert.match(String((await back.begin()).data.title), /Withdraw request \d+/)
    await back.press('Withdraw it')
    const [line] = await office.deskOf('ada').myRequests()
    assert.equal(line?.open, false)
  })

  it('finds nothing, and IT is asked', async () => {
    const ada = office.converse(requestAccess, 'ada', 'I need access to the flux capacitor')
    assert.match(String((await ada.begin()).data.problem), /I find nothing/)
    assert.match(String((await ada.press('Ask IT')).data.title), /Ticket \d+/)
  })

  it('what one has is shown with its end and who said yes, and is not asked for again', async () => {
    const endsAt = new Date('2099-04-30T23:59:59Z')
    await office.given('ada', 'sales-dashboard', endsAt)
    const ada = office.deskOf('ada')
    const [line] = (await ada.myAccess()).lines
    assert.deepEqual(
      [line?.title, line?.endsAt, line?.because],
      ['Sales dashboard (read)', endsAt.toISOString(), 'approved by Maya Okonkwo'],
    )
    const preview = await ada.previewAccess('sales-dashboard')
    assert.match(preview?.instead ?? '', /You have it already, until 30 April 2099.*write "extend"/)
  })

  it('an extension is counted from the end, and reaches no further than a new request could', async () => {
    const endsAt = new Date(Date.now() + 20 * day)
    await office.given('ada', 'finance-reports', endsAt)
    const talk = office.converse(extendAccess, 'ada', 'I need it longer')
    const why = await talk.begin()
    assert.equal(why.data.reason, 'Quarter end figures')
    const long = await talk.say('The quarter is not over')
    const offered = (long.data.choices as { title: string }[]).map(({ title }) => title)
    assert.deepEqual(offered, ['7 days', '30 days'], '90 days more would be too far ahead')
    assert.match(String((await talk.say('80 days')).data.problem), /at most/)
    await talk.press('30 days')
    assert.match(String((await talk.press('Ask for it')).data.text), /It waits for Maya Okonkwo/)
    const row = await office.database.selectFrom('access_requests').select('document').executeTakeFirstOrThrow()
    const { terms } = row.document as { terms: { lasts: { until: string }; kind: string } }
    assert.equal(terms.kind, 'extension')
    assert.equal(terms.lasts.until, new Date(endsAt.getTime() + 30 * day).toISOString())
    const again = office.converse(extendAccess, 'ada', 'I need it longer')
    assert.match(String((await again.begin()).data.text), /An extension has been asked for already/)
  })

  it('nothing of somebody else’s can be extended', async () => {
    const grant = await office.given('tomas', 'finance-reports', new Date(Date.now() + day))
    assert.deepEqual(await office.deskOf('ada').previewExtension(grant), { refused: 'That is nothing you have.' })
  })

  it('the policy says who may ask who is in it', async () => {
    const ada = office.converse(whoIsIn, 'ada', 'who is in the finance reports')
    await ada.begin()
    assert.match(String((await ada.press('Finance reports')).data.text), /Its owners and IT may ask/)
    const hugo = office.converse(whoIsIn, 'financeManager', 'who is in the finance reports')
    await hugo.begin()
    assert.doesNotMatch(JSON.stringify(await hugo.press('Finance reports')), /may ask/)
    const approves = office.converse(whoApproves, 'ada', 'who approves the finance reports')
    await approves.begin()
    assert.match(JSON.stringify(await approves.press('Finance reports')), /For you: Maya Okonkwo \(manager\)\./)
  })

  it('a contract: who may be one, how long, and with what', async () => {
    const emre = office.deskOf('operationsManager')
    for (const name of ['Ada Lindqvist', 'Ravi Subramanian', 'Emre'])
      assert.deepEqual(await emre.findContractors(name), [], name)
    const talk = office.converse(contractor, 'operationsManager')
    await talk.begin()
    await talk.say('Gil Santos')
    await talk.press('Gil Santos')
    await talk.say('Harbour')
    assert.match(String((await talk.say('until 300 days')).data.problem ?? 'none'), /date|days/)
    const until = new Date(Date.now() + 60 * day).toISOString().slice(0, 10)
    await talk.press('Until this date', { choice: 'day', day: until })
    await talk.say('sales dashboard')
    await talk.press('Sales dashboard')
    const last = await talk.press('That is all')
    assert.match(JSON.stringify(last.data.facts), /Gil Santos.*Harbour.*Sales dashboard/)
    const done = await talk.press('Ask for it')
    assert.match(String(done.data.text), /It waits for Freja Nygård.*Sales dashboard \(read\): Request \d+/)
    const lines = await emre.myRequests()
    assert.deepEqual(lines.map(({ kind }) => kind).sort(), ['access', 'contract'])
    const again = await emre.requestContract(randomUUID(), {
      about: office.person('gil').id,
      project: 'Harbour',
      until: new Date(Date.now() + 30 * day).toISOString(),
      entries: [],
    })
    assert.ok(!again.ok && /has been asked for already/.test(again.sentence), again.sentence)
  })

  it('a contract: whoever approves it reads what it takes away', async () => {
    const soon = new Date(Date.now() + 30 * day)
    await office.given('gil', 'sales-dashboard', new Date(soon.getTime() + day))
    await office.given('gil', 'finance-reports', new Date(soon.getTime() - day))
    const { groups } = await office.ground.directory.directGroups(office.person('gil').id, 200)
    const asked = await office.deskOf('operationsManager').requestContract(randomUUID(), {
      ...{ about: office.person('gil').id, project: 'Harbour', until: soon.toISOString(), entries: [] },
    })
    assert.ok(asked.ok, asked.sentence)
    const request = await readRequest(office.database, asked.request)
    const inGroups = groups.length === 1 ? '1 group' : `${groups.length} groups`
    assert.deepEqual(request?.terms.conflicts, [
      '1 access that I gave Gil Santos would last longer, and will end with the contract.',
      `At the end the account is disabled and taken out of every group: it is in ${inGroups} now.`,
    ])
  })
})
