import {
  AndFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
} from 'ldapts'

/*
 * Filters as objects, never as text: a value is a value whatever stands in it, and bytes stay bytes. (What escapes bytes of 0x80 and
 * above in the text of a filter is sent wrong.)
 */
export const is = (attribute: string, value: string | Buffer): Filter => new EqualityFilter({ attribute, value })
export const all = (...filters: Filter[]): Filter => new AndFilter({ filters })
export const any = (...filters: Filter[]): Filter => new OrFilter({ filters })
export const not = (filter: Filter): Filter => new NotFilter({ filter })
export const has = (attribute: string): Filter => new PresenceFilter({ attribute })
export const atLeast = (attribute: string, value: string): Filter => new GreaterThanEqualsFilter({ attribute, value })
export const atMost = (attribute: string, value: string): Filter => new LessThanEqualsFilter({ attribute, value })

/** LDAP_MATCHING_RULE_IN_CHAIN: through links of any depth (MS-ADTS 3.1.1.3.4.4.3). */
export const inChain = (attribute: string, dn: string): Filter =>
  new ExtensibleFilter({ matchType: attribute, rule: '1.2.840.113556.1.4.1941', value: dn })

export const anything = has('objectClass')
/** People: neither contacts nor computers. By objectCategory, which is indexed. */
export const people = all(is('objectCategory', 'person'), is('objectClass', 'user'))
export const groups = is('objectCategory', 'group')
export const units = is('objectCategory', 'organizationalUnit')
