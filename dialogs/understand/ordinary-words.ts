/**
 * Words that need no explanation in a message to a help desk: grammar, courtesy, feeling, time, and the employee's own work
 * computer. They are never taken for a misspelling, and they do not count as something we failed to understand.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ''))

/** Words for oneself and what is one's own. */
export const ownWords = words('i me my mine myself own')

/** Words for other people. A password that is theirs is not the asker's to reset. */
export const otherPeople = words(`
  he she him her his hers himself herself they them their theirs your yours our ours everyone everybody everyones people
  colleague colleagues coworker coworkers worker workers teammate teammates boss supervisor wife husband spouse mother mom
  mum dad father son daughter kid kids child children brother sister friend friends girlfriend boyfriend customer customers
  client clients intern interns employee employees secretary assistant contractor director ceo cfo cto partner guy girl
  neighbor neighbour student teacher vendor consultant manager managers hire hires newcomer users staff admin
  administrator admins root mate buddy team folks guys`)

/** Words that stand between "my" and the thing without changing whose it is, and systems that the work account opens. */
export const workWords = words(`
  work working windows network domain company corporate corp office email mail mailbox outlook microsoft ms teams 365 o365
  m365 365s computer laptop pc workstation desktop machine mac macbook ad sso active directory entra azure system systems
  business main primary current old new existing previous last damn stupid bloody freaking own temporary temp initial default online session screen
  surface sign login logon user account portal intranet organization organisation org job device notebook thinkpad
  forgotten lost expired everything anything apps app personal daily`)

/** Things with passwords, locks or codes that are not the work account. */
export const foreignThings = words(`
  wifi wireless router printer printers projector zip pdf excel spreadsheet file files document documents doc docs folder
  folders netflix facebook instagram gmail bank banking amazon linkedin paypal spotify whatsapp twitter icloud itunes apple
  sim door doors building car garage safe locker lockers gate room rooms bike house home guest guests meeting conference
  archive rar database server servers sql github gitlab jira salesforce sap vpn zoom dropbox sharepoint website site forum
  game games steam voicemail alarm vault tv camera bitlocker usb wordpress crm erp workday oracle concur adobe photoshop
  dashboard powerpoint word cell cells sheet workbook drawer cabinet keys key fridge toilet bathroom parking badge card
  tablet ipad kindle xbox playstation roblox fortnite minecraft snapchat tiktok youtube google yahoo hotmail ebay uber
  airbnb discord telegram signal repository repo cluster kubernetes docker aws linux ubuntu mysql postgres oracle
  hotel airport cafe shared fi payroll wallet`)

const grammar = words(`
  a an the this that these those it its is are am was were be been being do does did done doing have has had having will
  would shall should can could may might must need needs needed want wants wanted like to of in on at by for with from into
  onto out off up down over under about after before since until till during through and or but so because as if then than
  when while where why how what which who whom whose there here not no nor never none yes yeah yep nope you we us i me my
  mine myself own any some every each all both either neither other another such only just also too very really quite
  again once twice still yet already always ever often sometimes maybe perhaps now soon later back away even else more most
  much many few less least lot lots bit one two three four five six seven eight nine ten 1 2 3 4 5 6 7 8 9 10 first second
  third next last same able without within per via vs let lets your yours our ours they them oh ah um uh well ok okay anymore whenever whatever however
  though although unless instead rather almost nearly apparently actually basically literally somehow suddenly completely
  totally definitely probably possibly currently recently accidentally something nothing u r ur im ive b y 't s d re ll ve`)

const courtesy = words(`
  hi hello hey hiya howdy greetings dear good morning afternoon evening night day please pls plz plss kindly thanks thank
  thx ty cheers sorry apologies excuse pardon urgent urgently asap quick quickly immediately fast right helpbot bot sir
  madam team mate folks guys help helping helped assist assistance advise appreciate appreciated grateful lol omg ugh argh
  grr damn dammit crap shit fuck fucking wtf haha sigh oops whoops yikes stupid silly dumb idiot bloody annoying frustrated
  frustrating desperate panic panicking embarrassing embarrassed unfortunately hopefully hope wondering question possible
  kind nice great fine guess afraid`)

const telling = words(`
  says say said saying tells tell telling told shows showing show message messages screen keep keeps kept keeping think
  thought believe seems seem seemed looks look looking happens happened happen try trying tries tried get gets getting got
  give gives gave given giving go goes going went gone come comes came coming make makes made making take takes taken took
  put use using used ask asks asked asking start started starting stop stopped stopping begin work works working worked
  type typed typing typo enter entered entering entry input wrote write click clicked clicking press pressed open opened
  opening find found finding see seen saw know knows knew known call called calling sent send sending receive received
  receiving gotten wait waiting way ways thing things stuff idea clue mind memory brain head link button page option
  options steps step process instructions caps keyboard capslock read checked check turned turn set sets create
  created creating choose pick picked manage managed due mean meant cause become became remains stay return returned
  returning finish finished proceed continue correct right exactly sure certain access accessed let letting lets allow
  allows allowed accept accepts accepted accepting recognize recognise recognized recognised matches match valid fix fixed
  solve solved sort sorted handle assist remember remembered recall longer longest required desired requested soon`)

const time = words(`
  today yesterday tomorrow tonight morning afternoon evening night noon midnight week weeks weekend weekends month months
  year years day days hour hours minute minutes mins min second seconds moment while time times ago monday tuesday
  wednesday thursday friday saturday sunday january february march april may june july august september october november
  december vacation holiday holidays leave sick break lunch trip maternity paternity sabbatical long short early late
  deadline meeting started starting spring summer autumn winter christmas easter 365 90 30 60 24 20 15 12`)

const listed = [grammar, courtesy, telling, time, ownWords, otherPeople, workWords, foreignThings]

/** Ordinary enough to leave as it is. */
export const isOrdinary = (word: string): boolean => listed.some((list) => list.has(word))

/** Understood without further question: ordinary, and nobody else's and nothing foreign. */
export const isPlain = (word: string): boolean =>
  /^\d{1,4}$|.ly$/.test(word) || [grammar, courtesy, telling, time, ownWords, workWords].some((list) => list.has(word))

/** Function words that say nothing about the subject. */
export const isGrammar = (word: string): boolean => grammar.has(word) || courtesy.has(word)
