import { stableId } from './ids.ts'

export const departments = ['Sales', 'Finance', 'IT', 'HR', 'Operations', 'Legal'] as const
export type Department = (typeof departments)[number]

/** Somebody who is in every practice company, whatever its size or seed. */
export interface CastMember {
  readonly name: string
  readonly title: string
  readonly department: Department | null
  /** Key of the manager in the cast. */
  readonly manager: string | null
  readonly is?: 'guest' | 'disabled' | 'synced'
  readonly otherMails?: readonly string[]
  readonly login?: string
  /** Parts before the @ of further addresses. */
  readonly aliases?: readonly string[]
}

const member = (
  name: string,
  title: string,
  department: Department | null,
  manager: string | null,
  more: Pick<CastMember, 'is' | 'otherMails' | 'login' | 'aliases'> = {},
): CastMember => ({ name, title, department, manager, ...more })

/** In an order in which every manager comes before the reports. */
export const cast = {
  chief: member('Astrid Halvorsen', 'Chief Executive Officer', null, null),
  salesHead: member('Benoît Lacroix', 'Head of Sales', 'Sales', 'chief'),
  financeHead: member('Meera Iyer', 'Head of Finance', 'Finance', 'chief'),
  itHead: member('Ingrid Solberg', 'Head of IT', 'IT', 'chief'),
  hrHead: member('Olumide Adebayo', 'Head of HR', 'HR', 'chief'),
  operationsHead: member('Freja Nygård', 'Head of Operations', 'Operations', 'chief'),
  legalHead: member('Dmitri Volkov', 'General Counsel', 'Legal', 'chief'),
  /** Manager of Ada; owns the group Sales Dashboard. */
  maya: member('Maya Okonkwo', 'Sales Manager', 'Sales', 'salesHead'),
  financeManager: member('Hugo Ferreira', 'Finance Manager', 'Finance', 'financeHead'),
  itManager: member('Yuki Tanaka', 'Service Desk Manager', 'IT', 'itHead'),
  /** Shares an alias with Nia Campbell, as no two people should. */
  hrManager: member('Clara Weiss', 'HR Manager', 'HR', 'hrHead', { aliases: ['contracts'] }),
  operationsManager: member('Emre Yıldız', 'Warehouse Manager', 'Operations', 'operationsHead'),
  legalManager: member('Nia Campbell', 'Contracts Manager', 'Legal', 'legalHead', {
    aliases: ['contracts', 'nia'],
  }),
  /** The employee of the first story: cloud-only, has a manager. */
  ada: member('Ada Lindqvist', 'Account Executive', 'Sales', 'maya'),
  /** Has a private address in otherMails. */
  tomas: member('Tomáš Dvořák', 'Financial Analyst', 'Finance', 'financeManager', {
    otherMails: ['tomas.dvorak@letterbox.example'],
  }),
  /** Has no manager. */
  zoe: member('Zoë van der Berg', 'Independent Quality Auditor', 'Operations', null),
  /** From another company. */
  gil: member('Gil Santos', 'Consultant', null, 'operationsHead', {
    is: 'guest',
    otherMails: ['gil.santos@harbour.example'],
    login: 'gil.santos_harbour.example#EXT#',
  }),
  /** Disabled: left, and was never tidied up after. */
  ines: member('Ines Keller', 'Regional Sales Manager', 'Sales', 'salesHead', { is: 'disabled' }),
  /** Her manager is a guest. */
  noor: member('Noor Haddad', 'Process Engineer', 'Operations', 'gil'),
  /** His manager is disabled. */
  padraig: member("Pádraig O'Brien", 'Account Manager', 'Sales', 'ines'),
  /** Mastered in the on-premises Active Directory. */
  kwame: member('Kwame Mensah', 'Shift Lead', 'Operations', 'operationsManager', { is: 'synced' }),
  /** Global Administrator. */
  ravi: member('Ravi Subramanian', 'Identity Engineer', 'IT', 'itHead'),
  /** Helpdesk Administrator. */
  helen: member('Helen Park', 'Help Desk Lead', 'IT', 'itManager'),
  /** An ordinary help desk person: no role. */
  sam: member('Sam Whitfield', 'Help Desk Analyst', 'IT', 'itManager'),
  /** Ordinary to look at; in a group that is in a role-assignable group. */
  lucas: member('Lucas Moreau', 'Plant Controller', 'Finance', 'financeManager'),
  otto: member('Otto Brandt', 'Paralegal', 'Legal', 'legalManager', { is: 'disabled' }),
  priya: member('Priya Raman', 'External Auditor', null, 'financeHead', {
    is: 'guest',
    otherMails: ['priya.raman@ledgerworks.example'],
    login: 'priya.raman_ledgerworks.example#EXT#',
  }),
  bjorn: member('Björn Ágústsson', 'Freight Partner', null, 'operationsHead', {
    is: 'guest',
    otherMails: ['bjorn@fjordfreight.example'],
    login: 'bjorn_fjordfreight.example#EXT#',
  }),
  /** A display name that tries to be Markdown, HTML, a Slack mention and a template. */
  hostile: member(
    '[Reset](https://evil.example) <b onclick="x()">*Bold*</b> & <!channel> ${name}',
    'Tester',
    'IT',
    'itManager',
    {
      login: 'hostile.name',
    },
  ),
  /** The shared mailbox that notices are sent from; nobody signs in to it. */
  noticeMailbox: member('HelpBot Notices', 'Shared mailbox', 'IT', null, { is: 'disabled', login: 'helpbot' }),
  /** A name of one letter. */
  q: member('Q', 'Buyer', 'Operations', 'operationsManager'),
  /** Works under a contract: in the group Contractors, with an account of the company. */
  carla: member('Carla Mendes', 'Contractor, packaging line', 'Operations', 'operationsManager'),
} satisfies Record<string, CastMember>

export type CastKey = keyof typeof cast

/** A person of the cast, for tests and the practice page. */
export interface WellKnown {
  readonly id: string
  readonly name: string
}

const idOf = (key: string) => stableId(`person: ${key}`)

/** Everybody in the cast by key, with the id they have on every run. */
export const wellKnown = Object.fromEntries(
  Object.entries(cast).map(([key, one]) => [key, { id: idOf(key), name: one.name }]),
) as Readonly<Record<CastKey, WellKnown>>

/** The groups that are in every practice company, by key. */
export const wellKnownGroups = {
  salesDashboard: stableId('group: Sales Dashboard'),
  financeReports: stableId('group: Finance Reports'),
  itHelpDesk: stableId('group: IT Help Desk'),
  /** Role-assignable, with plantNetwork nested in it. */
  tierZero: stableId('group: Tier 0 Operators'),
  plantNetwork: stableId('group: Plant Network Operators'),
  /** Dynamic. */
  everybody: stableId('group: All Employees'),
  /** Mail-enabled security group. */
  invoiceApprovers: stableId('group: Invoice Approvers'),
  /** Synced from on-premises. */
  warehouseBadges: stableId('group: Warehouse Badge Access'),
  /** Microsoft 365 group. */
  productLaunch: stableId('group: Product Launch'),
  /** Everybody in it; made for every department. */
  departmentSales: stableId('group: Department Sales'),
  departmentFinance: stableId('group: Department Finance'),
  departmentIt: stableId('group: Department IT'),
  departmentHr: stableId('group: Department HR'),
  departmentOperations: stableId('group: Department Operations'),
  departmentLegal: stableId('group: Department Legal'),
  paymentRelease: stableId('group: Payment Release'),
  invoiceEntry: stableId('group: Invoice Entry'),
  vendorMaster: stableId('group: Vendor Master Data'),
  /** Says the last yes where two entries do not go together. */
  internalControl: stableId('group: Internal Control'),
  hrFiles: stableId('group: HR Files'),
  /** One of them is disabled. */
  legalReviewers: stableId('group: Legal Reviewers'),
  legalArchive: stableId('group: Legal Archive'),
  /** Accounts of the company that have an end date. */
  contractors: stableId('group: Contractors'),
  crmViewers: stableId('group: CRM Viewers'),
  crmEditors: stableId('group: CRM Editors'),
  travelBooking: stableId('group: Travel Booking'),
  designStudio: stableId('group: Design Studio'),
  codeForge: stableId('group: Code Forge Developers'),
  scannerAdmins: stableId('group: Warehouse Scanner Administrators'),
  insightViewers: stableId('group: Insight Viewers'),
  insightAuthors: stableId('group: Insight Authors'),
  vpn: stableId('group: VPN Users'),
  parking: stableId('group: Parking Bergen'),
  meetingRooms: stableId('group: Meeting Room Administrators'),
  newsletter: stableId('group: Newsletter Editors'),
  payrollView: stableId('group: Payroll View'),
  eSignature: stableId('group: E-Signature Senders'),
  dataWarehouse: stableId('group: Data Warehouse Read'),
  printRelease: stableId('group: Print Release'),
  testEnvironment: stableId('group: Test Environment'),
  supplierPortal: stableId('group: Supplier Portal'),
  customerExport: stableId('group: Customer Data Export'),
  projectPlanning: stableId('group: Project Planning'),
  recruiting: stableId('group: Recruiting'),
  expenseApproval: stableId('group: Expense Approval'),
  labRecords: stableId('group: Laboratory Records'),
  recipes: stableId('group: Recipe Vault'),
  webShop: stableId('group: Web Shop Administrators'),
  socialMedia: stableId('group: Social Media'),
  serverRoom: stableId('group: Server Room Door'),
  monitoring: stableId('group: Monitoring'),
  companyCars: stableId('group: Company Cars'),
  translation: stableId('group: Translation Tool'),
  learning: stableId('group: Learning Authors'),
  productionDatabase: stableId('group: Production Database Support'),
  shippingLabels: stableId('group: Shipping Labels'),
  contractDrafts: stableId('group: Contract Drafts'),
  boardPapers: stableId('group: Board Papers'),
  intranetEditors: stableId('group: Intranet Editors'),
} as const
export type WellKnownGroup = keyof typeof wellKnownGroups
