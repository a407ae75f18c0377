import type { Attribute, Change, Entry, Filter } from 'ldapts'

/** One search. Attributes that hold bytes are named in `binary` too, in the schema's spelling. */
export interface Search {
  readonly base: string
  readonly scope: 'base' | 'one' | 'sub'
  readonly filter: Filter
  readonly attributes: readonly string[]
  readonly binary?: readonly string[]
  /** At most so many entries are fetched; the caller is not told whether there are more. */
  readonly limit?: number
  /** Deleted objects too (control 1.2.840.113556.1.4.417). */
  readonly deleted?: boolean
  /** nTSecurityDescriptor, where it is asked for, as far as every account may read it: owner and access control list. */
  readonly descriptor?: boolean
}

/** A domain controller that we are bound to as the service account. Every call has a timeout. @throws AgentError */
export interface Controller {
  /** DNS name, as it says itself. */
  readonly name: string
  /** DN of the domain: `DC=corp,DC=example`. */
  readonly domainDn: string
  /** DN of the configuration, for lists that are the forest's. */
  readonly configurationDn: string
  search(search: Search): Promise<readonly Entry[]>
  /** Page by page; ends when the caller stops. */
  pages(search: Search, size: number): AsyncIterable<readonly Entry[]>
  /** The same, of this very controller's copy of the directory: a name may lead to another one each time. */
  ownPages(search: Search, size: number): AsyncIterable<readonly Entry[]>
  modify(dn: string, changes: readonly Change[]): Promise<void>
  add(dn: string, attributes: readonly Attribute[]): Promise<void>
  /** To another parent or name. */
  rename(dn: string, to: string): Promise<void>
  /** highestCommittedUSN and the id of this copy of the database, for reading changes. */
  position(): Promise<{ readonly usn: bigint; readonly invocationId: string }>
}

/** The domain, through whichever controller answers. */
export interface Domain {
  /** DNS name in lower case, and SID. */
  facts(): Promise<{ readonly name: string; readonly sid: string; readonly pdc: string | undefined }>
  /** Any controller. */
  reading<T>(work: (controller: Controller) => Promise<T>): Promise<T>
  /** The controller that is written to: what was written a moment ago stands there, and at others only once it is replicated. */
  readingWhatIsWritten<T>(work: (controller: Controller) => Promise<T>): Promise<T>
  /**
   * The PDC emulator where it is known and answers, so that a new password and an unlock count everywhere at once; what is read back
   * is read there. `work` is never run twice.
   */
  writing<T>(work: (controller: Controller) => Promise<T>): Promise<T>
  close(): Promise<void>
}
