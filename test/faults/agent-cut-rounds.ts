import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../support/access.ts'
import { type BreakableCompany, commands, holdAudit, life, waitingForLocks } from '../support/breakable-company.ts'
import type { Effect } from '../support/effect-and-answer.ts'
import { type Staged, type Work, works } from '../support/staged-work.ts'

/** One point of the way of five commands, and who breaks there. */
export interface Round {
  readonly name: string
  /** What it comes to. A grant and its end are tried again by themselves: they come to one in any case. */
  readonly effect: Effect | Readonly<Record<'reset' | 'unlock' | 'block', Effect>>
  readonly run: (scene: BreakableCompany, staged: Staged) => Promise<void>
}

type Strike = (scene: BreakableCompany, work: Work) => Promise<void>

/** Those that nothing tries again by itself. */
const askedOnce = ['reset', 'unlock', 'block'] as const

function beginAll(staged: Staged): void {
  for (const work of works) staged.begin(work)
}
async function onceToldAll(staged: Staged): Promise<void> {
  await Promise.all(askedOnce.map((work) => staged.told(work)))
}

/** Waits for it, unless the machine is so busy that one of these comes to its end before: then it is judged by what it came to. */
async function untilOrOver(
  staged: Staged,
  some: readonly Work[],
  isSo: (over: number) => boolean,
  words: string,
): Promise<void> {
  await until(
    async () => isSo((await Promise.all(some.map((work) => staged.isOver(work)))).filter(Boolean).length),
    words,
  )
}

/** Begins one after the other, and strikes at the moment in which its command leaves the bot, before it arrives. */
function onTheWay(strike: Strike): Round['run'] {
  return async (scene, staged) => {
    const { front } = scene.onPremises
    for (const work of works) {
      let struck: Promise<void> | undefined
      front.watch((said) => {
        if (struck !== undefined || !said.includes(`\\"do\\":\\"${commands[work]}\\"`)) return
        front.hold('to-agent')
        struck = strike(scene, work)
      })
      staged.begin(work)
      await untilOrOver(staged, [work], (over) => struck !== undefined || over > 0, `${commands[work]} leaves the bot`)
      await struck
      front.watch(undefined)
      await staged.told(work)
    }
  }
}

/**
 * All five are begun. Four are kept between the agent and the controller, and the fifth waits in the agent, because another one is at
 * the same group.
 */
async function keptAt(
  { ldap, onPremises: { front } }: BreakableCompany,
  staged: Staged,
  what: 'writes' | 'answers',
  fifth: 'grant' | 'revoke',
): Promise<void> {
  const first = fifth === 'grant' ? 'revoke' : 'grant'
  let left = false
  front.watch((said) => {
    left ||= said.includes(`\\"do\\":\\"${commands[fifth]}\\"`)
  })
  ldap.keep(what)
  // Those that are looked for now and then come first: nobody waits for what is kept as long as for them.
  staged.begin(first)
  await untilOrOver(staged, [first], (over) => ldap.kept() + over >= 1, `one of the ${what} is kept`)
  staged.begin(fifth)
  await untilOrOver(staged, [fifth], (over) => left || over > 0, `${commands[fifth]} leaves the bot`)
  front.watch(undefined)
  for (const work of askedOnce) staged.begin(work)
  await untilOrOver(staged, [first, ...askedOnce], (over) => ldap.kept() + over >= 4, `four ${what} are kept`)
}

/** All five are done and in the agent's journal, and their answers do not reach the bot. */
async function journaled(scene: BreakableCompany, staged: Staged): Promise<void> {
  const { ldap, onPremises, agentEnded } = scene
  const before = agentEnded(...works)
  await keptAt(scene, staged, 'writes', 'grant')
  onPremises.front.hold('to-bot')
  ldap.letGo()
  await until(() => agentEnded(...works) >= before + works.length, 'all five are in the journal')
}

/** All five are answered and read back, and wait for the audit. @returns lets it take them */
async function answered(scene: BreakableCompany, staged: Staged): Promise<() => Promise<void>> {
  const { database } = scene.company
  await keptAt(scene, staged, 'writes', 'revoke')
  const release = await holdAudit(database)
  scene.ldap.letGo()
  await until(async () => (await waitingForLocks(database)) >= works.length, 'all five wait for the audit')
  return release
}

const beforeItIsSent: readonly Round[] = [
  {
    name: 'not sent yet: agent dead',
    effect: 'none',
    async run(scene, staged) {
      await scene.agentDies()
      beginAll(staged)
      await onceToldAll(staged)
      await scene.agentIsBack()
    },
  },
  {
    name: 'not sent yet: no way through',
    effect: 'none',
    async run({ onPremises: { front } }, staged) {
      front.refuse(true)
      front.cut()
      beginAll(staged)
      await onceToldAll(staged)
      front.refuse(false)
    },
  },
  {
    name: 'not sent yet: controller dead',
    effect: 'none',
    async run(scene, staged) {
      await scene.controllerDies()
      beginAll(staged)
      await onceToldAll(staged)
      await scene.onPremises.controller.start()
    },
  },
]

const sent: readonly Round[] = [
  {
    name: 'sent, lost on the way: connection cut',
    // Whether the agent comes again before it is too late is nobody's to say; and so it is wherever something must come again.
    effect: 'either',
    run: onTheWay(async (scene) => scene.linkBreaks()),
  },
  {
    name: 'sent, on its way until it is too late',
    effect: 'none',
    run: onTheWay(async ({ onPremises: { front } }) => {
      await pause(life + 200)
      front.hold(undefined)
    }),
  },
  {
    name: 'sent, lost on the way: agent killed',
    effect: 'either',
    run: onTheWay(async (scene) => {
      await scene.agentDies()
      await scene.agentIsBack()
    }),
  },
  {
    name: 'sent, on its way: controller killed',
    effect: 'none',
    run: onTheWay(async ({ controllerDies, onPremises, agentEnded }, work) => {
      const before = agentEnded(work)
      await controllerDies()
      onPremises.front.hold(undefined)
      await until(() => agentEnded(work) > before, `the agent answers ${commands[work]}`)
      await onPremises.controller.start()
    }),
  },
  {
    name: 'sent, lost on the way: bot killed',
    // Nobody waits for the password any more, so none is made.
    effect: { reset: 'none', unlock: 'either', block: 'either' },
    run: onTheWay(async (scene) => {
      await scene.botDies()
      await scene.mend()
    }),
  },
]

const begunOrWritten = (['writes', 'answers'] as const).flatMap((what): readonly Round[] => {
  const point = what === 'writes' ? 'begun, not yet at the controller' : 'written, not yet answered'
  const effect = what === 'writes' ? 'none' : 'one'
  // Each of the two is the fifth in every other round.
  const [one, other] = what === 'writes' ? (['grant', 'revoke'] as const) : (['revoke', 'grant'] as const)
  return [
    {
      name: `${point}: agent killed`,
      effect,
      async run(scene, staged) {
        await keptAt(scene, staged, what, one)
        await scene.agentDies()
        await scene.agentIsBack()
      },
    },
    {
      name: `${point}: connection cut`,
      effect: what === 'writes' ? 'either' : 'one',
      async run(scene, staged) {
        await keptAt(scene, staged, what, other)
        scene.linkBreaks()
        scene.ldap.letGo()
      },
    },
    {
      name: `${point}: controller killed`,
      effect,
      async run(scene, staged) {
        await keptAt(scene, staged, what, one)
        await scene.controllerDies()
        await scene.onPremises.controller.start()
      },
    },
    {
      name: `${point}: controller stands still until nobody waits`,
      // What a controller does with what it was sent before it stood still is its own affair.
      effect: what === 'writes' ? 'either' : 'one',
      async run(scene, staged) {
        const { company, onPremises, ldap } = scene
        const givenUp = () => company.log.filter((line) => line.includes('agents: silent')).length
        const before = givenUp()
        await keptAt(scene, staged, what, other)
        onPremises.controller.pause()
        await until(() => givenUp() >= before + works.length, 'the bot waits for none of the five any more')
        ldap.letGo()
        onPremises.controller.resume()
      },
    },
    {
      name: `${point}: bot killed`,
      effect: what === 'writes' ? 'either' : 'one',
      async run(scene, staged) {
        await keptAt(scene, staged, what, one)
        await scene.botDies()
        scene.ldap.letGo()
        await scene.mend()
      },
    },
  ]
})

const done: readonly Round[] = [
  {
    name: 'done and journaled, not yet at the bot: agent killed',
    effect: 'one',
    async run(scene, staged) {
      await journaled(scene, staged)
      await scene.agentDies()
      await scene.agentIsBack()
    },
  },
  {
    name: 'done and journaled, not yet at the bot: connection cut',
    effect: 'one',
    async run(scene, staged) {
      await journaled(scene, staged)
      scene.linkBreaks()
    },
  },
  {
    name: 'done and journaled, not yet at the bot: controller killed',
    effect: 'one',
    async run(scene, staged) {
      await journaled(scene, staged)
      await scene.controllerDies()
      scene.onPremises.front.hold(undefined)
      await until(
        () => scene.onPremises.agent().log.some((line) => /"do":"account","outcome":"unreachable"/.test(line)),
        'the bot looks in vain at what was done',
      )
      await scene.onPremises.controller.start()
    },
  },
  {
    name: 'done and journaled, not yet at the bot: bot killed',
    effect: 'one',
    async run(scene, staged) {
      await journaled(scene, staged)
      await scene.botDies()
      await scene.mend()
    },
  },
  {
    name: 'answered, not yet audited: agent, connection and controller gone',
    effect: 'one',
    async run(scene, staged) {
      const release = await answered(scene, staged)
      await scene.agentDies()
      await scene.controllerDies()
      await release()
      await onceToldAll(staged)
      await scene.mend()
    },
  },
  {
    name: 'answered, not yet audited: bot killed',
    effect: 'one',
    async run(scene, staged) {
      const release = await answered(scene, staged)
      await scene.botDies()
      await release()
      await scene.mend()
    },
  },
]

export const rounds: readonly Round[] = [...beforeItIsSent, ...sent, ...begunOrWritten, ...done]
