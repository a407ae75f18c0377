import type { CastKey, Department, WellKnownGroup } from './cast.ts'

/** The group behind something that people ask for. */
export interface System {
  readonly name: string
  readonly description: string
  readonly owners: readonly CastKey[]
  readonly members: readonly CastKey[]
  /** Two people of it whom nobody knows by name are members, too. */
  readonly others?: Department
}

const system = (
  name: string,
  description: string,
  owners: readonly CastKey[],
  members: readonly CastKey[],
  others?: Department,
): System => ({ name, description, owners, members, ...(others === undefined ? {} : { others }) })

/** What the practice catalogue offers besides the first groups: security groups of the cloud, each with an owner who can answer. */
export const systems = {
  paymentRelease: system(
    'Payment Release',
    'Releases payments to suppliers',
    ['financeManager', 'financeHead'],
    [],
    'Finance',
  ),
  invoiceEntry: system('Invoice Entry', 'Enters incoming invoices', ['financeManager'], [], 'Finance'),
  vendorMaster: system(
    'Vendor Master Data',
    'Addresses and bank details of suppliers',
    ['financeHead'],
    ['financeManager'],
  ),
  internalControl: system(
    'Internal Control',
    'Watches over the separation of duties',
    ['legalHead'],
    ['legalHead', 'zoe'],
  ),
  hrFiles: system('HR Files', 'Personnel files', ['hrHead'], ['hrHead', 'hrManager']),
  legalReviewers: system(
    'Legal Reviewers',
    'Decides on what leaves the archive',
    ['legalHead'],
    ['legalHead', 'legalManager', 'otto', 'hrHead'],
  ),
  legalArchive: system('Legal Archive', 'Contracts and cases that are closed', ['legalHead'], ['legalHead']),
  contractors: system('Contractors', 'Accounts with an end date', ['operationsHead'], ['carla']),
  crmViewers: system('CRM Viewers', 'Customers, contacts and deals, to read', ['maya'], ['salesHead'], 'Sales'),
  crmEditors: system(
    'CRM Editors',
    'Customers, contacts and deals, to change',
    ['maya', 'salesHead'],
    ['maya', 'padraig'],
  ),
  travelBooking: system('Travel Booking', 'Flights, trains and hotels', ['hrManager'], ['salesHead', 'maya']),
  designStudio: system('Design Studio', 'Drawings and prototypes', ['ada'], ['maya']),
  codeForge: system('Code Forge Developers', 'Source code and reviews', ['itHead', 'ravi'], ['ravi']),
  scannerAdmins: system(
    'Warehouse Scanner Administrators',
    'Hand scanners of the warehouse',
    ['operationsManager'],
    ['operationsManager'],
  ),
  insightViewers: system(
    'Insight Viewers',
    'Charts and reports of every department',
    ['financeManager', 'itManager'],
    ['operationsHead', 'hrHead'],
  ),
  insightAuthors: system('Insight Authors', 'Builds charts and reports', ['itManager'], ['financeManager']),
  vpn: system('VPN Users', 'The network from outside', ['itManager'], ['salesHead', 'financeHead', 'operationsHead']),
  parking: system('Parking Bergen', 'The garage in Bergen', ['hrManager'], ['chief', 'hrHead']),
  meetingRooms: system('Meeting Room Administrators', 'Booking rules of meeting rooms', ['hrManager'], ['hrManager']),
  newsletter: system('Newsletter Editors', 'The letter to customers', ['maya'], ['salesHead']),
  payrollView: system(
    'Payroll View',
    'Payslips and salaries, to read',
    ['hrHead', 'financeHead'],
    ['hrHead', 'financeHead'],
  ),
  eSignature: system(
    'E-Signature Senders',
    'Sends documents to be signed',
    ['legalManager'],
    ['legalHead', 'legalManager'],
  ),
  dataWarehouse: system('Data Warehouse Read', 'Tables of the data warehouse, to read', ['itHead'], ['financeManager']),
  printRelease: system('Print Release', 'Prints at any printer with the badge', ['itManager'], [], 'HR'),
  testEnvironment: system('Test Environment', 'Try-outs with made-up data', ['itHead'], ['itManager'], 'IT'),
  supplierPortal: system(
    'Supplier Portal',
    'Orders and deliveries of suppliers',
    ['operationsManager'],
    ['operationsHead'],
  ),
  customerExport: system(
    'Customer Data Export',
    'Downloads lists of customers',
    ['salesHead', 'legalHead'],
    ['salesHead'],
  ),
  projectPlanning: system(
    'Project Planning',
    'Plans, tasks and timelines',
    ['operationsHead'],
    ['operationsHead', 'noor'],
  ),
  recruiting: system('Recruiting', 'Applications and interviews', ['hrManager'], ['hrHead', 'hrManager']),
  expenseApproval: system(
    'Expense Approval',
    'Approves expense claims of others',
    ['financeManager'],
    ['financeHead', 'salesHead'],
  ),
  labRecords: system('Laboratory Records', 'Samples and results of the laboratory', ['operationsHead'], ['noor']),
  recipes: system('Recipe Vault', 'What our products are made of', ['operationsHead', 'chief'], ['operationsHead']),
  webShop: system('Web Shop Administrators', 'Products and prices of the web shop', ['salesHead'], ['maya']),
  socialMedia: system('Social Media', 'Posts in the name of the company', ['maya'], ['maya']),
  serverRoom: system('Server Room Door', 'The door of the server room', ['itHead'], ['itHead', 'ravi']),
  monitoring: system('Monitoring', 'Alarms of servers and services', ['ravi'], ['ravi', 'itManager']),
  companyCars: system('Company Cars', 'Books a car of the pool', ['hrManager'], ['salesHead']),
  translation: system('Translation Tool', 'Translates documents', ['legalManager'], ['legalManager']),
  learning: system('Learning Authors', 'Makes courses for others', ['hrManager'], ['hrManager']),
  productionDatabase: system('Production Database Support', 'Reads and mends live data', ['itHead', 'ravi'], ['ravi']),
  shippingLabels: system('Shipping Labels', 'Prints labels for parcels', ['operationsManager'], [], 'Operations'),
  contractDrafts: system(
    'Contract Drafts',
    'Contracts that are being written',
    ['legalManager'],
    ['legalHead', 'legalManager'],
  ),
  boardPapers: system(
    'Board Papers',
    'Papers for meetings of the board',
    ['chief', 'legalHead'],
    ['chief', 'legalHead'],
  ),
  intranetEditors: system('Intranet Editors', 'News and pages of the intranet', ['hrHead'], ['hrManager']),
} satisfies Partial<Record<WellKnownGroup, System>>
