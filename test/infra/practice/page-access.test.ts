import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { ada, hardToRead, maya, type PageTest, startPageTest } from './page-fixtures.ts'

const pictures = fileURLToPath(new URL('../../../infra/screenshots/', import.meta.url))
const pane = (page: Page, slot: string) => page.getByTestId(`pane-${slot}`)
const { financeReports, productLaunch, warehouseBadges, everybody } = wellKnownGroups
const hugo = wellKnown.financeManager
const hour = 60 * 60_000
const day = 24 * hour

/** Keeps a picture when asked to (HELPBOT_SCREENSHOTS=1): a test run alone changes no file of the repository. */
async function picture(page: Page, name: string): Promise<void> {
  if (process.env.HELPBOT_SCREENSHOTS) await page.screenshot({ path: `${pictures}practice-${name}.png` })
}

describe('the practice page and access', function () {
  this.timeout(180_000)
  let test: PageTest
  let page: Page
  let employee: Locator
  let story: Locator

  before(async () => {
    test = await startPageTest((slackUrl) => slackUrl)
    page = await test.openPage()
    employee = pane(page, 'employee')
    story = pane(page, 'happened')
  })
  after(() => test.close())

  const drawer = () => page.getByTestId('break-it').getByText('Break it').click()

  it('invites to the whole story of a grant, and sits everybody down for it', async () => {
    assert.equal(
      (await page.getByTestId('try-access').textContent())?.replace(/\s+/g, ' '),
      'Or this: as Ada write “I need access to the finance reports”, approve it as Maya and as Hugo, move the clock (Break it) and see it end.',
    )
    await employee.getByRole('button', { name: 'I need access to the finance reports' }).waitFor()
    await page.getByTestId('try-access-approver').click()
    const manager = pane(page, 'manager')
    await manager.locator('.picker-about').getByText('Finance Manager').waitFor()
    assert.equal(await manager.getByTestId('person-picker').inputValue(), hugo.name)
    await page.getByTestId('try-access-manager').click()
    await manager.locator('.picker-about').getByText('Sales').waitFor()
    assert.equal(await manager.getByTestId('person-picker').inputValue(), maya.name)
  })

  it('shows the groups a person is in, of what kind they are, and follows the directory', async () => {
    await employee.getByTestId('groups-toggle').click()
    await employee.getByTestId(`group-${productLaunch}`).getByText('Microsoft 365').waitFor()
    await employee.getByTestId(`group-${everybody}`).getByText('dynamic').waitFor()
    assert.equal(await employee.getByTestId(`group-leave-${everybody}`).count(), 0, 'its rule decides')
    assert.equal(await employee.getByTestId(`group-${financeReports}`).count(), 0)
    test.tenant.control.addMember(financeReports, ada.id)
    test.tenant.control.addMember(warehouseBadges, ada.id)
    await employee.getByTestId(`group-${financeReports}`).getByText('Finance Reports', { exact: true }).waitFor()
    await employee.getByTestId(`group-${warehouseBadges}`).getByText('synced').waitFor()
    await picture(page, 'groups')
  })

  it('takes somebody out of a group behind HelpBot’s back, and says so among what happened', async () => {
    await employee.getByTestId(`group-leave-${financeReports}`).click()
    await employee.getByTestId(`group-${financeReports}`).waitFor({ state: 'detached' })
    assert.equal(test.tenant.control.group(financeReports).members.includes(ada.id), false)
    const row = story.getByTestId('membership-row').first()
    await row.getByText('Member removed').waitFor()
    await row.getByText('Ada Lindqvist, Finance Reports; by an administrator, behind HelpBot’s back').waitFor()
    assert.equal(await story.getByTestId('membership-row').filter({ hasText: 'Member added' }).count(), 2)
    assert.equal(await story.getByTestId('audit-row').count(), 0, 'the trail knows nothing of it')
  })

  it('switches automatic replies on and off, and shows how they stand', async () => {
    const away = employee.getByTestId('out-of-office')
    await away.check()
    await until(() => test.tenant.control.user(ada.id).automaticReplies === 'alwaysEnabled')
    await away.uncheck()
    await until(() => test.tenant.control.user(ada.id).automaticReplies === 'disabled')
    test.tenant.control.setAutomaticReplies(ada.id, true)
    await until(() => away.isChecked())
    test.tenant.control.setAutomaticReplies(ada.id, false)
    await until(async () => !(await away.isChecked()))
    await employee.getByTestId('groups-toggle').click()
  })

  it('names groups and approvers in the trail, never an id that has a name', async () => {
    const detail = {
      'group-name': 'Finance Reports',
      group: financeReports,
      grant: 'f0f0f0f0-0000-4000-8000-000000000001',
      approvers: `${maya.id} Maya at 2026-11-21T10:00:00.000Z; ${hugo.id} Hugo at 2026-11-21T10:01:00.000Z by totp`,
      'ends-at': '2026-11-28T10:01:00.000Z',
    }
    const about = { actor: 'helpbot', target: ada.id }
    const because = `member of ${financeReports}, owned by ${hugo.id}`
    const rows = [
      { kind: 'outcome', action: 'grant-access', outcome: 'done', ...about, detail },
      { kind: 'outcome', action: 'revoke-access', outcome: 'refused', ...about, detail: { because, ...detail } },
      { kind: 'event', action: 'delegate-access', ...about, actor: maya.id, detail: { to: hugo.id } },
      { kind: 'event', action: 'ask-access', actor: ada.id, target: ada.id, detail: { group: financeReports } },
    ]
    rows.forEach((event, index) => {
      test.rows.push({ seq: index + 1, at: '2026-11-21T10:01:00.000Z', hash: 'abcdef0123', event })
    })
    const row = (action: string) => story.locator(`[data-testid=audit-row][data-action=${action}]`)
    const granted = await row('grant-access').innerText()
    assert.match(granted, /^Put into the group done/)
    assert.match(granted, /Finance Reports, until 28 Nov, .*, approved by Maya Okonkwo and Hugo Ferreira/)
    const refused = await row('revoke-access').innerText()
    assert.match(refused, /because: member of Finance Reports, owned by Hugo Ferreira/)
    assert.match(await row('ask-access').innerText(), /^Ask for access noted[\s\S]*Finance Reports/)
    assert.match(await row('delegate-access').innerText(), /by Maya Okonkwo\s+now Hugo Ferreira decides/)
    assert.doesNotMatch(await story.innerText(), /[0-9a-f]{8}-[0-9a-f]{4}-/)
    assert.deepEqual(await page.evaluate(hardToRead), [])
    await picture(page, 'access-trail')
  })

  it('moves the clock by what access is given for, and shows the company’s time everywhere', async () => {
    await employee.getByTestId('compose').fill('before')
    await employee.getByTestId('compose').press('Enter')
    const times = () => employee.getByTestId('message').filter({ hasText: 'before' }).locator('time').allInnerTexts()
    await employee.getByText('You said: before').waitFor()
    assert.match((await times()).join(), /^\d\d:\d\d,\d\d:\d\d$/)
    await drawer()
    let offset = 0
    for (const [id, milliseconds] of [
      ['4h', 4 * hour],
      ['1d', day],
      ['3d', 3 * day],
      ['7d', 7 * day],
      ['30d', 30 * day],
    ] as const) {
      await page.getByTestId(`clock-forward-${id}`).click()
      offset += milliseconds
      await until(() => test.clockOffset() === offset)
    }
    await page.getByText('The company lives 41 days 4 hours ahead.').waitFor()
    await picture(page, 'move-the-clock')
    await drawer()
    await until(async () => /^\d+ \w+, \d\d:\d\d,\d+ \w+, \d\d:\d\d$/.test((await times()).join()))
    await employee.getByTestId('compose').fill('after')
    await employee.getByTestId('compose').press('Enter')
    await employee.getByText('You said: after').waitFor()
    await test.tenant.control.setPassword(ada.id, 'Quiet-Harbour-42', { mustChange: false })
    test.tenant.control.addMember(financeReports, ada.id)
    const companyDay = new Date(Date.now() + offset).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
    await story.locator('[data-fact="Password set"]').getByText(companyDay).waitFor()
    await story.getByTestId('membership-row').first().locator('time').getByText(companyDay).waitFor()
    const last = employee.getByTestId('message').filter({ hasText: 'You said: after' }).locator('time')
    const at = new Date((await last.getAttribute('datetime')) ?? '')
    assert.ok(Math.abs(at.getTime() - Date.now() - offset) < hour, `${at.toISOString()} is the company’s time`)
  })

  it('remembers how the clock was moved when the page is opened anew', async () => {
    const fresh = await test.openPage()
    const said = pane(fresh, 'employee').getByTestId('message')
    const timeOf = async (words: string) =>
      Date.parse((await said.filter({ hasText: words }).first().locator('time').getAttribute('datetime')) ?? '')
    const between = (await timeOf('after')) - (await timeOf('before'))
    assert.ok(Math.abs(between - 41 * day - 4 * hour) < hour, `${between} ms lie between them`)
    assert.equal(await pane(fresh, 'happened').getByTestId('membership-row').count(), 4)
  })

  it('fits a phone and the dark', async () => {
    const small = await test.openPage({ width: 390, height: 844, dark: true })
    await pane(small, 'employee').getByTestId('groups-toggle').click()
    await pane(small, 'employee').getByTestId(`group-${productLaunch}`).waitFor()
    assert.equal(await small.evaluate('document.documentElement.scrollWidth > window.innerWidth'), false)
    assert.deepEqual(await small.evaluate(hardToRead), [])
    await picture(small, 'small-groups')
  })
})

/** Asks again until it is so. */
async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it never was so')
}
