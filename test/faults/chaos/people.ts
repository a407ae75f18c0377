import { generateSync } from 'otplib'
import { type Enrolled, enrolled } from '../../../infra/bench/enrolled.ts'
import { initialPassword } from '../../../infra/practice/company/company.ts'
import type { CompanyUser } from '../../../infra/practice/company/model.ts'
import type { MadeUser } from '../../../infra/practice/domain/objects.ts'
import type { UsedSecret } from '../../support/secret-scan.ts'
import { slackTalker } from '../../support/slack-talker.ts'
import { type Talker, teamsTalker } from '../../support/talker.ts'
import type { Stage } from './stage.ts'

/** Somebody of the company who has an authenticator and talks to the bot. */
export interface Actor {
  readonly user: CompanyUser
  readonly talker: Talker
  /** Their manager, in each chat product: they are asked in the one that they used last. */
  readonly manager: readonly Talker[]
  /** The account in Active Directory, of those who have one there. */
  readonly account: MadeUser | undefined
  /** The password they had before anything happened. */
  readonly firstPassword: string
  /** When they typed right codes, by the clock of the machine. */
  readonly codesTyped: Date[]
  /** The next code of their authenticator; one is never given twice, so it may have to be waited for. */
  code(): Promise<string>
}

const step = 30_000

/** So many people, half of them in Slack; every third has an account on-premises. */
export async function gatherPeople(
  stage: Stage,
  count: number,
  used: (kind: UsedSecret['kind'], value: string) => void,
): Promise<readonly Actor[]> {
  const { company, onPremises, settings } = stage
  const directory = company.tenant.company
  const isOrdinary = (user: CompanyUser) =>
    user.accountEnabled && user.userType === 'Member' && !directory.isAdministrator(user.id)
  const candidates = [...directory.users.values('latest')].filter((user) => {
    const manager = user.managerId === null ? undefined : directory.users.get(user.managerId, 'latest')
    return isOrdinary(user) && manager !== undefined && isOrdinary(manager)
  })
  const inDomain = candidates.filter(({ id }) => onPremises.people.has(id)).slice(0, Math.floor(count / 3))
  const inCloud = candidates.filter((user) => user.onPremisesSyncEnabled !== true).slice(0, count - inDomain.length)
  const users = [...inDomain, ...inCloud]
  const withPhones = await stage.withDatabase((database) => enrolled({ settings, database }, users))
  const talkers = new Map<string, Talker>()
  const talkerOf = (id: string, inSlack: boolean): Talker => {
    const person = directory.person(id)
    const slackId = company.slack.client.userOf(id)
    const key = `${id}/${inSlack}`
    const talker =
      talkers.get(key) ??
      (inSlack && slackId !== undefined
        ? slackTalker(company.slack.client, { slackId, id, name: person?.name ?? '' }, used)
        : teamsTalker(company.teams.client, { id, name: person?.name ?? '' }, used))
    talkers.set(key, talker)
    return talker
  }
  return users.map((user, index) => {
    const phone = withPhones[index]
    if (phone === undefined || user.managerId === null) throw new Error(`${user.displayName} has no authenticator`)
    const codesTyped: Date[] = []
    return {
      user,
      talker: talkerOf(user.id, index % 2 === 1),
      manager: [talkerOf(user.managerId, false), talkerOf(user.managerId, true)],
      account: onPremises.people.get(user.id),
      firstPassword: initialPassword(directory, user.id),
      codesTyped,
      code: codes(phone, codesTyped),
    }
  })
}

function codes({ secret }: Enrolled, typed: Date[]): () => Promise<string> {
  let last = 0
  return async () => {
    // One step ahead of the clock still counts (RFC 6238 section 5.2).
    const next = Math.max(last + 1, Math.floor(Date.now() / step))
    const early = (next - 1) * step - Date.now()
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early))
    last = next
    typed.push(new Date())
    return generateSync({ secret, epoch: (next * step) / 1_000 })
  }
}
