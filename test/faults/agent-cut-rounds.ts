import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../support/access.ts'
import { type BreakableCompany, commands, life } from '../support/breakable-company.ts'
import type { Effect } from '../support/effect-and-answer.ts'
import type { Staged, Work } from '../support/staged-work.ts'
import { answered, beginAndHear, hear, journaled, keptAt, onTheWay } from './agent-cut-points.ts'

/** One point of the way of five commands, and who breaks there. */
export interface Round {
  readonly name: string
  /** What those come to that were at the point. A grant and its end are tried again by themselves: they come to one in any case. */
  readonly effect: Effect | Readonly<Record<'reset' | 'unlock' | 'block', Effect>>
  /** @returns those that were at the point when it broke; on a machine that is very busy it may be that one is over before */
  readonly run: (scene: BreakableCompany, staged: Staged) => Promise<readonly Work[]>
}

const notSent: readonly Round[] = [
  {
    name: 'not sent yet: agent dead',
    effect: 'none',
    async run(scene, staged) {
      await scene.agentDies()
      const all = await beginAndHear(staged)
      await scene.agentIsBack()
      return all
    },
  },
  {
    name: 'not sent yet: no way through',
    effect: 'none',
    async run({ onPremises: { front } }, staged) {
      front.refuse(true)
      front.cut()
      const all = await beginAndHear(staged)
      front.refuse(false)
      return all
    },
  },
  {
    name: 'not sent yet: controller dead',
    effect: 'none',
    async run(scene, staged) {
      await scene.controllerDies()
      const all = await beginAndHear(staged)
      await scene.onPremises.controller.start()
      return all
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
    run: onTheWay(
      async ({ onPremises: { front } }) => {
        await pause(life + 200)
        front.hold(undefined)
      },
      { ends: true },
    ),
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
    run: onTheWay(
      async (scene, staged, work) => {
        const before = scene.agentEnded(work)
        await scene.controllerDies()
        scene.onPremises.front.hold(undefined)
        await until(
          async () => scene.agentEnded(work) > before || (await staged.isOver(work)),
          `the agent answers ${commands[work]}`,
        )
        await scene.onPremises.controller.start()
      },
      { ends: true },
    ),
  },
  {
    name: 'sent, lost on the way: bot killed',
    // Nobody waits for the password any more, so none is made.
    effect: { reset: 'none', unlock: 'either', block: 'either' },
    run: onTheWay(
      async (scene) => {
        await scene.botDies()
        await scene.mend()
      },
      // Each costs a start of the bot; the others are killed with it at every later point.
      { some: ['reset', 'unlock', 'grant'] },
    ),
  },
]

const begunOrWritten = (['writes', 'answers'] as const).flatMap((what): readonly Round[] => {
  const begun = what === 'writes'
  const point = begun ? 'begun, not yet at the controller' : 'written, not yet answered'
  // Each of the two is the fifth in every other round.
  const [one, other] = begun ? (['grant', 'revoke'] as const) : (['revoke', 'grant'] as const)
  return [
    {
      name: `${point}: agent killed`,
      effect: begun ? 'none' : 'one',
      async run(scene, staged) {
        const atIt = await keptAt(scene, staged, what, one)
        await scene.agentDies()
        await scene.agentIsBack()
        return atIt
      },
    },
    {
      name: `${point}: connection cut`,
      effect: begun ? 'either' : 'one',
      async run(scene, staged) {
        const atIt = await keptAt(scene, staged, what, other)
        scene.linkBreaks()
        scene.ldap.letGo()
        return atIt
      },
    },
    {
      name: `${point}: controller killed`,
      effect: begun ? 'none' : 'one',
      async run(scene, staged) {
        const atIt = await keptAt(scene, staged, what, one)
        await scene.controllerDies()
        await scene.onPremises.controller.start()
        return atIt
      },
    },
    {
      name: `${point}: controller stands still until nobody waits`,
      // What a controller does with what it was sent before it stood still is its own affair.
      effect: begun ? 'either' : 'one',
      async run(scene, staged) {
        const { company, onPremises, ldap } = scene
        const givenUp = () => company.log.filter((line) => line.includes('agents: silent')).length
        const before = givenUp()
        const atIt = await keptAt(scene, staged, what, other)
        onPremises.controller.pause()
        await until(() => givenUp() >= before + atIt.length, 'the bot waits for none of them any more')
        ldap.letGo()
        onPremises.controller.resume()
        return atIt
      },
    },
    {
      name: `${point}: bot killed`,
      effect: begun ? 'either' : 'one',
      async run(scene, staged) {
        const atIt = await keptAt(scene, staged, what, one)
        await scene.botDies()
        scene.ldap.letGo()
        await scene.mend()
        return atIt
      },
    },
  ]
})

const done: readonly Round[] = [
  {
    name: 'done and journaled, not yet at the bot: agent killed',
    effect: 'one',
    async run(scene, staged) {
      const atIt = await journaled(scene, staged)
      await scene.agentDies()
      await scene.agentIsBack()
      return atIt
    },
  },
  {
    name: 'done and journaled, not yet at the bot: connection cut',
    effect: 'one',
    async run(scene, staged) {
      const atIt = await journaled(scene, staged)
      scene.linkBreaks()
      return atIt
    },
  },
  {
    name: 'done and journaled, not yet at the bot: controller killed',
    effect: 'one',
    async run(scene, staged) {
      const { front, controller, agent } = scene.onPremises
      const atIt = await journaled(scene, staged)
      const inVain = () => agent().log.filter((line) => line.includes('"outcome":"unreachable"')).length
      const before = inVain()
      await scene.controllerDies()
      front.hold(undefined)
      await until(() => inVain() > before, 'the bot looks in vain at what was done')
      await controller.start()
      return atIt
    },
  },
  {
    name: 'done and journaled, not yet at the bot: bot killed',
    effect: 'one',
    async run(scene, staged) {
      const atIt = await journaled(scene, staged)
      await scene.botDies()
      await scene.mend()
      return atIt
    },
  },
  {
    name: 'answered, not yet audited: agent, connection and controller gone',
    effect: 'one',
    async run(scene, staged) {
      const { atIt, release } = await answered(scene, staged)
      await scene.agentDies()
      await scene.controllerDies()
      await release()
      await hear(staged)
      await scene.mend()
      return atIt
    },
  },
  {
    name: 'answered, not yet audited: bot killed',
    effect: 'one',
    async run(scene, staged) {
      const { atIt, release } = await answered(scene, staged)
      await scene.botDies()
      await release()
      await scene.mend()
      return atIt
    },
  },
]

export const rounds: readonly Round[] = [...notSent, ...sent, ...begunOrWritten, ...done]
