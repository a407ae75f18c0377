import type {
  ClockView,
  CompanyView,
  DirectoryState,
  FaultKind,
  Mail,
  OnPremisesView,
  SignInAnswer,
  SlackAccount,
  Someone,
} from '../front-door-shapes.ts'

const PATIENCE_MS = 30_000

/** What went wrong with a request, in a sentence for the person. */
export class RequestError extends Error {}

/** @param method POST where there is a body, and GET where there is none, unless said otherwise */
export async function ask<Answer>(path: string, body?: unknown, method?: 'PUT' | 'DELETE'): Promise<Answer> {
  const response = await fetch(`/practice/api${path}`, {
    signal: AbortSignal.timeout(PATIENCE_MS),
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RequestError('The practice company does not answer. Is it still running?')
  })
  if (response.status === 204) return undefined as Answer
  const answer = await response.json().catch(() => undefined)
  if (response.ok) return answer as Answer
  throw new RequestError(answer?.error?.message ?? `The practice company answered ${response.status}.`)
}

export const company = {
  view: () => ask<CompanyView>('/company'),
  search: (words: string) => ask<readonly Someone[]>(`/people?search=${encodeURIComponent(words)}`),
  person: (id: string) => ask<{ person: Someone; state: DirectoryState }>(`/people/${encodeURIComponent(id)}`),
  mail: (id: string) => ask<{ address?: string; mails: readonly Mail[] }>(`/people/${encodeURIComponent(id)}/mail`),
  slackAccount: (id: string) => ask<SlackAccount | null>(`/people/${encodeURIComponent(id)}/slack`),
  signIn: (userPrincipalName: string, password: string) =>
    ask<SignInAnswer>('/sign-in', { userPrincipalName, password }),
  clock: () => ask<ClockView>('/clock'),
  advance: (advanceMilliseconds: number) => ask<ClockView>('/clock', { advanceMilliseconds }),
  fault: (kind: FaultKind) => ask<void>('/faults', { kind }),
  restartBot: (how: 'SIGTERM' | 'SIGKILL') => ask<void>('/bot', { how }),
  /** What an administrator does in the directory, without asking the bot. */
  leaveGroup: (groupId: string, personId: string) =>
    ask<void>(
      `/tenant/groups/${encodeURIComponent(groupId)}/members/${encodeURIComponent(personId)}`,
      undefined,
      'DELETE',
    ),
  setOutOfOffice: (personId: string, on: boolean) =>
    ask<void>(`/tenant/users/${encodeURIComponent(personId)}/automatic-replies`, { on }, 'PUT'),
  /** The company's own domain, where there is one. */
  onPremises: {
    controller: (run: boolean) => ask<OnPremisesView>('/on-premises/controller', { run }),
    agent: (run: boolean) => ask<OnPremisesView>('/on-premises/agent', { run }),
    line: (whole: boolean) => ask<OnPremisesView>('/on-premises/line', { whole }),
    sync: (paused: boolean) => ask<OnPremisesView>('/on-premises/sync', { paused }),
    syncNow: () => ask<OnPremisesView>('/on-premises/sync/now', {}),
    lockOut: (id: string) => ask<{ sentence: string }>(`/on-premises/people/${encodeURIComponent(id)}/lock-out`, {}),
    administrator: (id: string, is: boolean) =>
      ask<void>(`/on-premises/people/${encodeURIComponent(id)}/administrator`, { is }),
    signIn: (userPrincipalName: string, password: string) =>
      ask<SignInAnswer>('/on-premises/sign-in', { userPrincipalName, password }),
  },
  verifyAudit: () => ask<{ whole: boolean; rows: number; sentence: string }>('/audit/verify'),
}
