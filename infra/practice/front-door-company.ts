import type { DirectoryState, FaultKind, MembershipChange, SignInAnswer, Someone } from './front-door-shapes.ts'

/** What the front door asks of the practice tenant. People are named by object id. */
export interface CompanyDirectory {
  readonly name: string
  /** Who sits in the panes at first: an employee with a manager, and somebody of IT. */
  readonly employeeId: string
  readonly itId: string
  /** Somebody to try Slack with. */
  readonly colleagueId: string
  /** Owner of what the employee may ask access to. */
  readonly approverId: string
  /** Object ids of the group that answers in the IT channel. */
  itIds(): readonly string[]
  /** People whose name, address, title, department or hint holds `words`, at most `limit`; the first ones for an empty text. */
  search(words: string, limit: number): readonly Someone[]
  person(id: string): Someone | undefined
  /** What a group is called; undefined for one that is not there. */
  groupName(id: string): string | undefined
  /** Changes of memberships after this number, oldest first; the last few hundred are kept. */
  memberships(after: number): readonly MembershipChange[]
  state(id: string): Omit<DirectoryState, 'mails'> | undefined
  /** Signs in at the token endpoint with the resource-owner grant (RFC 6749, section 4.3). */
  signIn(userPrincipalName: string, password: string): Promise<SignInAnswer>
  /** Makes every further Graph call fail this way; `none` ends it. */
  setFault(kind: FaultKind): void
}
