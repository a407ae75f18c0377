import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'
import { prove } from './prove.ts'

/** Setting up security questions, where the policy has them at all. */
export const setSecurityQuestions: Dialog = {
  name: 'set-security-questions',
  title: 'Set up my security questions',

  async talk(chat, desk) {
    await chat.once('ticket', () => desk.openTicket('Security questions'))
    if (!(await prove(chat, desk, 'set-security-questions'))) return
    const { questions, of } = desk.questionCatalogue()
    const title = 'Your security questions'
    const window = (problem?: string) =>
      card('window-questions', {
        text: `Answer at least ${of}. Choose answers that nobody can look up or guess.`,
        questions: questions.map((one) => ({ text: one.text, ids: { id: `answer-${one.id}` } })),
        ...(problem ? { problem } : {}),
      })
    await chat.window<true>(
      'set',
      card('offer-window', { title, text: 'The answers are kept only as hashes.', button: 'Answer the questions' }),
      {
        async open() {
          return { title, content: window() }
        },
        async submit(values) {
          const given = questions.map((one) => [one.id, (values[`answer-${one.id}`] ?? '').trim()] as const)
          const set = await desk.setAnswers(Object.fromEntries(given.filter(([, answer]) => answer !== '')))
          return set.ok
            ? { keep: true, closing: 'Your answers are set.' }
            : { again: { title, content: window(set.problem) } }
        },
      },
    )
    chat.say('done', message('Done', 'Your security questions are set up.'))
    await chat.once('closed', async () => {
      await desk.closeTicket('Security questions set up')
      return true
    })
  },
}
