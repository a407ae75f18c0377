import { newLinkOf, stillNew } from '../../slack-people/new-link.ts'
import type { Button } from '../../turns/button.ts'
import { changePosts } from '../../turns/outbox.ts'
import { asItStands } from './as-it-stands.ts'
import { askContent, knownOn } from './ask-card.ts'
import { askOn, changedMeanwhile, note } from './ask-on.ts'
import { needsCodeIn } from './code-rules.ts'
import type { RequestGround } from './ground.ts'
import { takeStep } from './take-step.ts'

/** A plain yes: where neither the risk nor the chat asks for a code. */
export function approveButton(ground: RequestGround): Button {
  return async (press) => {
    const { person, post } = press
    const on = await askOn(ground, press)
    if ('sentence' in on) {
      const shown = on.over || on.sentence === changedMeanwhile
      return shown ? await asItStands(ground, post.key, on.sentence) : note(on.sentence)
    }
    const { request, ask, hash } = on
    const channel = post.place?.channel
    const link = await newLinkOf(ground, person, channel)
    if (link || needsCodeIn(ground, request.terms, channel)) {
      const problem = link ? stillNew(link, withCode) : needed
      const content = askContent(ground, request, ask, knownOn(post.content), {
        problem,
        codeInSlack: link !== undefined,
      })
      await changePosts(ground.database, [{ key: post.key, content }], ground.clock)
      return { reply: { kind: 'card', post: post.key, content }, posts: [post.key] }
    }
    const taken = await takeStep(ground, request.id, { kind: 'approved', ask: ask.id, hash }, person.id)
    if ('refused' in taken) return await asItStands(ground, post.key, taken.refused)
    return await asItStands(ground, post.key, 'You approved it.', taken.posts)
  }
}

const needed = 'I need a code of your authenticator app to approve this here. Please press Approve once more.'
const withCode =
  'Press Approve once more to give a code of your authenticator app; or approve it in Microsoft Teams, if you have it.'
