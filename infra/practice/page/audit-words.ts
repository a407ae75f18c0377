import type { AuditLine } from '../front-door-shapes.ts'

const OUTCOMES: Readonly<Record<string, string>> = {
  done: 'done',
  refused: 'refused',
  failed: 'failed',
  unclear: 'unclear, IT looks',
}

/** `reset-password` → "Reset password" */
export function actionInWords(action: string): string {
  const words = action.replaceAll('-', ' ').replace(/\btotp\b/g, 'authenticator')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** How it stands: an intent is written before the change, the outcome after it. */
export function standing(line: AuditLine): { readonly words: string; readonly look: string } {
  if (line.kind === 'intent') return { words: 'about to', look: 'intent' }
  if (line.outcome === undefined) return { words: 'noted', look: 'noted' }
  return { words: OUTCOMES[line.outcome] ?? line.outcome, look: line.outcome }
}

/** "for Mia Ek, asked by HelpBot; proofs: totp" */
export function concerning(line: AuditLine): string {
  const by = line.actorId === line.targetId ? 'asked in person' : `by ${line.actor}`
  const proofs = line.proofs.length > 0 ? `; proved by ${line.proofs.join(' and ')}` : ''
  return `${line.target}, ${by}${proofs}`
}
