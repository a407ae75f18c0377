import type { CardContent } from '../../channels/chat.ts'
import { elsewhere, newLinkOf, stillNew } from '../../slack-people/new-link.ts'
import type { Button } from '../../turns/button.ts'
import { type AskOn, askOn, note } from './ask-on.ts'
import { needsCodeIn } from './code-rules.ts'
import type { RequestGround } from './ground.ts'
import type { Happened } from './happened.ts'
import { cannotProve, proveAtClick } from './prove-at-click.ts'
import type { AccessRequest, Ask } from './request.ts'
import { takeStep } from './take-step.ts'

export type Press = Parameters<Button>[0]
export type Done = Awaited<ReturnType<Button>>

/** A window of an approver's card, while it is worked on. */
export interface AtWindow {
  readonly press: Press
  readonly on: AskOn
  /** Whether a code is asked for here. */
  readonly needsCode: boolean
  /** Shows the window (again). */
  readonly show: (title: string, content: CardContent, posts?: readonly string[]) => Done
  /** Lets it happen, and says so; or says why not. */
  readonly take: (
    happened: Happened | ((request: AccessRequest) => Happened | { refused: string }),
    done: (request: AccessRequest) => string,
  ) => Promise<Done>
}

/** Everything that is the same in all windows of an approver's card: whose it is, whether it is over, what is said at the end. */
export function decideInWindow(
  ground: RequestGround,
  /** Whether a code may be asked for in it: where it decides, or lets somebody else decide. */
  decides: boolean,
  work: (at: AtWindow) => Promise<Done>,
): Button {
  return async (press) => {
    const { person, post } = press
    const on = await askOn(ground, press)
    if ('sentence' in on) return note(on.sentence)
    const channel = post.place?.channel
    const asked = needsCodeIn(ground, on.request.terms, channel)
    // An account that was linked lately says nothing of who sits at it: a code does.
    const link = decides ? await newLinkOf(ground, person, channel) : undefined
    const needsCode = decides && (asked || link !== undefined)
    if (needsCode) {
      const why = await cannotProve(ground, person)
      if (why !== undefined) return note(link && !asked ? stillNew(link, `${elsewhere} ${why}`) : why)
    }
    return await work({
      press,
      on,
      needsCode,
      show: (title, content, posts = []) => ({ reply: { kind: 'window', title, post: post.key, content }, posts }),
      async take(happened, done) {
        const taken = await takeStep(ground, on.request.id, happened, person.id)
        if ('refused' in taken) return note(taken.refused)
        return { reply: { kind: 'close-window', text: done(taken.request) }, posts: [...taken.posts] }
      },
    })
  }
}

/**
 * Asks for the code where one is needed. `go`: with the proof, where there is one; `done`: the window says something else first.
 */
export async function withCode(
  ground: RequestGround,
  at: AtWindow,
  again: (problem: string, posts: readonly string[]) => Done,
): Promise<{ readonly go: { readonly proof?: NonNullable<Ask['proof']> } } | { readonly done: Done }> {
  if (!at.needsCode) return { go: {} }
  const { person, values, correlationId } = at.press
  const proved = await proveAtClick(ground, { person, ask: at.on.ask.id, correlationId }, values.code)
  if ('proof' in proved) return { go: { proof: proved.proof } }
  if ('again' in proved) return { done: again(proved.again, proved.posts) }
  return { done: { ...note(proved.stop), posts: proved.posts } }
}

/** What an approver is told after a yes. */
export function saidYes({ state }: AccessRequest): string {
  return state === 'approved'
    ? 'You approved it, and nobody else has to.'
    : 'You approved it. Others must say yes, too.'
}
