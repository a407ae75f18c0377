import type { AccessRequest, Ask } from './request.ts'

/** For an approver: how many others are asked, and how many must say yes. */
export function whoDecides(request: AccessRequest, ask: Ask): string {
  const stage = request.stages[ask.stage] ?? []
  const need = stage[ask.panel]?.need ?? 1
  const inPanel = askedIn(request, ask.stage, ask.panel)
  const others = inPanel.filter(({ id }) => id !== ask.id).length
  const yes = inPanel.filter(({ state }) => state === 'approved').length
  const sentences = [
    others === 0 ? 'Only you are asked.' : `${people(others)} asked with you; ${need} of you must say yes.`,
    ...(yes > 0 && others > 0 ? [`${yes} said yes.`] : []),
  ]
  stage.forEach((panel, index) => {
    if (index === ask.panel) return
    sentences.push(atTheSameTime(askedIn(request, ask.stage, index), panel.need))
  })
  const after = request.stages.slice(ask.stage + 1).flat()
  const later = after.reduce((sum, panel) => sum + panel.need, 0)
  if (later > 0) sentences.push(`After that, ${later} more must say yes.`)
  return sentences.join(' ')
}

function atTheSameTime(asked: readonly Ask[], need: number): string {
  if (asked.filter(({ state }) => state === 'approved').length >= need)
    return need === 1
      ? 'Somebody who was asked at the same time has said yes.'
      : 'Others, asked at the same time, said yes.'
  const all = asked.length === 1 ? 'who must say yes, too' : 'who must all say yes, too'
  return `At the same time ${people(asked.length)} asked, ${asked.length <= need ? all : `of whom ${need} must say yes`}.`
}

/** Those who may still answer, or said yes: whoever handed it on is not one of them. */
function askedIn({ asks }: AccessRequest, stage: number, panel: number): readonly Ask[] {
  return asks.filter(
    (one) => one.stage === stage && one.panel === panel && (one.state === 'asked' || one.state === 'approved'),
  )
}

function people(count: number): string {
  return count === 1 ? '1 other person is' : `${count} other people are`
}
