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
    const also = askedIn(request, ask.stage, index).length
    sentences.push(`At the same time ${people(also)} asked, of whom ${panel.need} must say yes.`)
  })
  const after = request.stages.slice(ask.stage + 1).flat()
  const later = after.reduce((sum, panel) => sum + panel.need, 0)
  if (later > 0) sentences.push(`After that, ${later} more must say yes.`)
  return sentences.join(' ')
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
