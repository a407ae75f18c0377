import { until } from '../support/access.ts'
import { type BreakableCompany, commands, holdAudit, waitingForLocks } from '../support/breakable-company.ts'
import { type Staged, type Work, works } from '../support/staged-work.ts'

/** Breaks something while this command is on its way to the agent and waits there until the front lets it go. */
export type Strike = (scene: BreakableCompany, staged: Staged, work: Work) => Promise<void>

/** Those that nothing tries again by itself. */
const askedOnce = ['reset', 'unlock', 'block'] as const

/** All are begun, and those that nothing tries again are over. */
export async function beginAndHear(staged: Staged): Promise<readonly Work[]> {
  for (const work of works) staged.begin(work)
  await hear(staged)
  return works
}

/** Waits until those are over that nothing tries again. */
export async function hear(staged: Staged): Promise<void> {
  await Promise.all(askedOnce.map((work) => staged.told(work)))
}

/** Waits until it is so of each of these, unless it has come to its end before. @returns those of which it is so */
async function atPoint(
  staged: Staged,
  some: readonly Work[],
  isSo: (work: Work) => boolean,
  words: string,
): Promise<readonly Work[]> {
  for (const work of some) await until(async () => isSo(work) || (await staged.isOver(work)), `${work} ${words}`)
  return some.filter(isSo)
}

/**
 * Begins one after the other, and strikes at the moment in which its command leaves the bot, before it arrives.
 * @param some those that are struck; all others are begun with the last of them, and are wherever they are when it is struck
 * @param ends whether the command has come to nothing when the strike is over: then nobody waits for its end before the next one
 */
export function onTheWay(
  strike: Strike,
  { some = works, ends = false }: { readonly some?: readonly Work[]; readonly ends?: boolean } = {},
) {
  return async (scene: BreakableCompany, staged: Staged): Promise<readonly Work[]> => {
    const { front } = scene.onPremises
    const atIt: Work[] = []
    for (const work of some) {
      let struck: Promise<void> | undefined
      front.watch((said) => {
        if (struck !== undefined || !isCommand(said, work)) return
        front.hold('to-agent')
        struck = strike(scene, staged, work)
      })
      staged.begin(work)
      if (work === some.at(-1)) for (const other of works) if (!some.includes(other)) staged.begin(other)
      atIt.push(...(await atPoint(staged, [work], () => struck !== undefined, 'leaves the bot')))
      await struck
      front.watch(undefined)
      if (!ends) await staged.told(work)
    }
    return atIt
  }
}

const isCommand = (said: Buffer, work: Work): boolean => said.includes(`\\"do\\":\\"${commands[work]}\\"`)

/**
 * All five are begun. Four are kept between the agent and the controller, and the fifth waits in the agent, because another one is at
 * the same group.
 * @returns those that are kept
 */
export async function keptAt(
  { ldap, onPremises: { front } }: BreakableCompany,
  staged: Staged,
  what: 'writes' | 'answers',
  fifth: 'grant' | 'revoke',
): Promise<readonly Work[]> {
  const first = fifth === 'grant' ? 'revoke' : 'grant'
  const isKept = (work: Work) => ldap.keeps(staged.people[work].account.guid)
  let left = false
  front.watch((said) => {
    left ||= isCommand(said, fifth)
  })
  ldap.keep(what)
  // Those that the bot has to look for come first: the others are there at once, and are not kept for long.
  staged.begin(first)
  await atPoint(staged, [first], isKept, 'is kept')
  staged.begin(fifth)
  await atPoint(staged, [fifth], () => left, 'leaves the bot')
  front.watch(undefined)
  for (const work of askedOnce) staged.begin(work)
  return await atPoint(staged, [...askedOnce, first], isKept, 'is kept')
}

/** All five are done and in the agent's journal, and their answers do not reach the bot. */
export async function journaled(scene: BreakableCompany, staged: Staged): Promise<readonly Work[]> {
  const { ldap, onPremises, agentEnded } = scene
  const before = agentEnded(...works)
  const kept = await keptAt(scene, staged, 'writes', 'grant')
  onPremises.front.hold('to-bot')
  ldap.letGo()
  await until(() => agentEnded(...works) >= before + kept.length, 'what was kept is in the journal')
  return kept
}

/** All five are answered and read back, and wait for the audit. `release` lets it take them. */
export async function answered(scene: BreakableCompany, staged: Staged) {
  const { database } = scene.company
  const before = scene.agentEnded(...works)
  const atIt = await keptAt(scene, staged, 'writes', 'revoke')
  const release = await holdAudit(database)
  scene.ldap.letGo()
  await until(() => scene.agentEnded(...works) >= before + atIt.length, 'what was kept is done')
  await until(async () => (await waitingForLocks(database)) >= atIt.length, 'what was kept waits for the audit')
  return { atIt, release }
}
