import type { Lasts, RequestKind } from '../approvals/requests/request.ts'
import type { UserId } from '../identity/person.ts'
import type { Risk } from '../policy/catalogue/catalogue.ts'

/** Something of the catalogue as a person is shown it. */
export interface EntryShown {
  readonly key: string
  readonly title: string
  readonly opens: string
  readonly risk: Risk
}

/** What somebody must know before they ask for an entry, for themselves or for a direct report. */
export interface Preview {
  readonly entry: EntryShown
  readonly for: { readonly id: UserId; readonly name: string }
  /** Why there is nothing to ask: they have it, it has been asked for, it goes against a rule. A sentence with what to do instead. */
  readonly instead: string | undefined
  /** Sentences: what they have that does not go with it, where it may be asked for all the same. */
  readonly conflicts: readonly string[]
  /** Durations for buttons, shortest first, in milliseconds. */
  readonly presets: readonly number[]
  /** The longest that can be asked for in milliseconds; undefined = it may be permanent. */
  readonly longest: number | undefined
  /** Who will be asked, in words: `Maya Okonkwo (manager), then an owner of the group`. */
  readonly approvers: string
}

export interface Wish {
  readonly entry: string
  /** Oneself, where it is left out. */
  readonly about?: UserId
  readonly reason: string
  /** ISO 8601; null = at once. */
  readonly startsAt: string | null
  readonly lasts: Lasts
}

/** Something was asked for, or why not; both as sentences. */
export type Asked =
  | { readonly ok: true; readonly request: string; readonly number: number; readonly sentence: string }
  | { readonly ok: false; readonly sentence: string }

/** One thing somebody has, and why. */
export interface AccessLine {
  /** The grant; undefined for what HelpBot did not give. */
  readonly grant: string | undefined
  readonly title: string
  readonly opens: string
  readonly endsAt: string | null
  /** `approved by Maya Okonkwo`, or that it was not given by HelpBot. */
  readonly because: string
  /** Waiting for its start. */
  readonly startsAt: string | undefined
}

/** A request as its requester sees it. */
export interface RequestLine {
  readonly id: string
  readonly number: number
  readonly kind: RequestKind
  readonly title: string
  readonly for: string
  readonly open: boolean
  /** Where it stands or how it ended: a sentence. */
  readonly standing: string
  readonly askedAt: string
}

/** An operation that IT could undo. */
export interface Undoable {
  readonly operation: string
  /** `Ada Lindqvist was added to Sales Dashboard on 21 November 2026` */
  readonly sentence: string
  /** What an undo would do, in words. */
  readonly undo: string
  /** What has changed since, or why it cannot be undone; shown before anything is done. */
  readonly conflicts: readonly string[]
  readonly possible: boolean
}

/** What a dialog may know and start about access. All of it is bound to the person whose desk it is. */
export interface AccessDesk {
  /** Why nobody can ask for access now, or keep it for longer, with what to do instead; undefined where they can. */
  accessClosed(): Promise<string | undefined>
  /** What the words could mean, best first, at most five; only what the person may see. */
  findAccess(text: string): Promise<readonly EntryShown[]>
  /** Undefined for what there is not, and for what the person may not see. */
  accessEntry(key: string): Promise<EntryShown | undefined>
  previewAccess(key: string, about?: UserId): Promise<Preview | undefined>
  /** The same `id` is the same request, however often it is asked. */
  requestAccess(id: string, wish: Wish): Promise<Asked>
  /** Direct reports for whom one may ask. */
  reportsToAskFor(): Promise<readonly { readonly id: UserId; readonly name: string; readonly about: string }[]>

  myAccess(): Promise<{ readonly lines: readonly AccessLine[]; readonly more: boolean }>
  /** One's own requests, newest first, at most ten. */
  myRequests(): Promise<readonly RequestLine[]>
  /** At most 50 names; or why they are not told. */
  whoIsIn(
    key: string,
  ): Promise<{ readonly people: readonly string[]; readonly more: boolean } | { readonly refused: string }>
  /** Sentences: stage by stage. */
  whoApproves(key: string): Promise<readonly string[]>
  withdrawRequest(id: string): Promise<{ readonly ok: boolean; readonly sentence: string }>
  /** What an extension can be asked for: as a preview, with the reason that was given before. */
  previewExtension(
    grant: string,
  ): Promise<
    { readonly reason: string; readonly preview: Preview; readonly endsAt: string } | { readonly refused: string }
  >
  requestExtension(id: string, grant: string, wish: { readonly reason: string; readonly lasts: Lasts }): Promise<Asked>
  /** Gives something back at once. */
  handBack(grant: string): Promise<{ readonly ok: boolean; readonly sentence: string }>

  /** Undefined where there are no contractors here. */
  contractRules(): { readonly longest: number } | undefined
  /** By name or e-mail, at most five who may be contractors. */
  findContractors(
    text: string,
  ): Promise<readonly { readonly id: UserId; readonly name: string; readonly about: string }[]>
  /** The contracts one sponsors. */
  myContractors(): Promise<
    readonly {
      readonly contract: string
      readonly name: string
      readonly project: string
      readonly endsAt: string
      readonly waiting: boolean
    }[]
  >
  /** `entries` are asked for along with it, each with its own approval. */
  requestContract(
    id: string,
    wish: {
      readonly about: UserId
      readonly project: string
      readonly until: string
      readonly entries: readonly string[]
    },
  ): Promise<Asked>
  requestContractExtension(
    id: string,
    contract: string,
    wish: { readonly reason: string; readonly until: string },
  ): Promise<Asked>

  /** Whether the person is IT now. */
  isIt(): Promise<boolean>
  /** What can be undone of what was done to somebody, newest first, at most ten. IT only: empty for others. */
  undoable(about: UserId): Promise<readonly Undoable[]>
  /** Anybody by name, for IT: guests too. */
  findAnybody(text: string): Promise<readonly { readonly id: UserId; readonly name: string; readonly about: string }[]>
  undo(id: string, operation: string): Promise<{ readonly ok: boolean; readonly sentence: string }>
}
