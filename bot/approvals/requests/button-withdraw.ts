import { z } from 'zod'
import type { Button } from '../../turns/button.ts'
import { asItStands } from './as-it-stands.ts'
import { note, notYours } from './ask-on.ts'
import type { RequestGround } from './ground.ts'
import { readRequest } from './requests.ts'
import { takeStep } from './take-step.ts'

const newsData = z.object({ ids: z.object({ request: z.string(), open: z.literal(true) }) })

/** Whoever asked for it, or would get it, wants it no more. */
export function withdrawButton(ground: RequestGround): Button {
  return async ({ person, post }) => {
    const { content } = post
    const data = 'card' in content && content.card === 'access-news' ? content.data : undefined
    const id = newsData.safeParse(data).data?.ids.request
    if (id === undefined || post.person !== person.id) return note(notYours)
    const request = await readRequest(ground.database, id)
    if (request?.tenant !== person.tenant) return note(notYours)
    const { requester, person: receiver } = request.terms
    if (person.id !== requester.id && person.id !== receiver.id) return note(notYours)
    const taken = await takeStep(ground, id, { kind: 'withdrawn' }, person.id)
    if ('refused' in taken) return await asItStands(ground, post.key, taken.refused)
    return await asItStands(ground, post.key, 'You withdrew the request.', taken.posts)
  }
}
