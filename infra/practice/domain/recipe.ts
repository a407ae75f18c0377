/** The domain that is made: the on-premises half of the practice company. */
export const domain = {
  realm: 'corp.nordwind.example',
  netbios: 'CORP',
  domainDn: 'DC=corp,DC=nordwind,DC=example',
  hostName: 'dc1',
  host: 'dc1.corp.nordwind.example',
} as const

/** Organizational units. The service account is given nothing in `forbidden`. */
export const units = {
  people: `OU=People,${domain.domainDn}`,
  groups: `OU=Groups,${domain.domainDn}`,
  forbidden: `OU=Forbidden,${domain.domainDn}`,
  leavers: `OU=Leavers,${domain.domainDn}`,
} as const

const minute = 60 * 10_000_000

/**
 * Password and lockout policy of the domain (MS-ADA1, MS-ADA2): intervals are negative, in units of 100 ns. Passwords may be changed
 * again at once, because tests do.
 */
export const policy = {
  lockoutThreshold: '5',
  lockoutDuration: String(-30 * minute),
  lockOutObservationWindow: String(-30 * minute),
  minPwdLength: '12',
  minPwdAge: '0',
  pwdHistoryLength: '24',
  // DOMAIN_PASSWORD_COMPLEX
  pwdProperties: '1',
} as const

export const administratorDn = `CN=Administrator,CN=Users,${domain.domainDn}`

/** Outside the units that it may write in. */
export const serviceAccount = {
  samAccountName: 'helpbot-agent',
  dn: `CN=helpbot-agent,CN=Users,${domain.domainDn}`,
  upn: `helpbot-agent@${domain.realm}`,
} as const
