import { z } from 'zod'
import type { Button } from '../../turns/button.ts'
import { asItStands } from './as-it-stands.ts'
import { note, notYours } from './ask-on.ts'
import type { RequestGround } from './ground.ts'
import { questionPost } from './request.ts'
import { readRequest } from './requests.ts'
import { takeStep } from './take-step.ts'
import { readWords } from './typed-words.ts'

const questionData = z.object({ ids: z.object({ request: z.string(), question: z.string() }) })

/** The requester's answer to an approver's question. */
export function answerButton(ground: RequestGround): Button {
  return async ({ person, post, values }) => {
    const { content } = post
    const data = 'card' in content && content.card === 'access-question' ? content.data : undefined
    const ids = questionData.safeParse(data).data?.ids
    if (!ids || post.key !== questionPost(ids.question) || post.person !== person.id) return note(notYours)
    const request = await readRequest(ground.database, ids.request)
    if (request?.tenant !== person.tenant || request.terms.requester.id !== person.id) return note(notYours)
    const read = readWords(values.text, 'Please write an answer.')
    if ('problem' in read) return note(read.problem)
    const answered = { kind: 'answered', question: ids.question, text: read.words } as const
    const taken = await takeStep(ground, request.id, answered, person.id)
    if ('refused' in taken) return await asItStands(ground, post.key, taken.refused)
    return await asItStands(ground, post.key, 'I passed your answer on.', taken.posts)
  }
}
