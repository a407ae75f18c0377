import type { Intent } from './intent.ts'
import type { Reading } from './reading.ts'

/**
 * Intents that are said with the whole message or not at all: "cancel" is one, "cancel my gym membership" is not. A message
 * has the intent when it holds a key, and nothing but keys, greetings and filler words.
 */
interface WholeMessage {
  readonly intent: Intent
  readonly key: RegExp
}

const greeting =
  /\b(hi|hello|hey|hiya|howdy|greetings|hello there|hi there|hey there|good (morning|afternoon|evening|day)|yo)\b/g
const filler =
  /\b(please|just|now|ok|okay|actually|so|sorry|no|nope|oh|well|hmm|um|ah|i|we|me|you|can|could|would|will|like|want|need|to|let|us|the|a|an|am|is|are|do|this|that|it|my|your|whole|entire|all|everything|everyone|conversation|chat|dialog|process|current|right away|immediately|asap|bot|helpbot|buddy|mate|friend|sir|madam|team|there|anyway|then|some|any|very|really|too|much|thanks|thank you|at the moment|dear|again|today|for|with|in|on|here|and|but|guys|all|folks|again|if possible|quickly|quick|man|dude|pal|lot|lots|wait|hang on|hold on|so far|out|get|yes|yeah)\b/g

const courtesies = [
  'thanks?( you)?( so much| very much| a lot| a bunch| a million| again)?( for [a-z]+( [a-z]+){0,2}| (that|it|this) (helped|worked|works))?|many thanks|thankyou|thx|thnx|tnx|ty|tysm|cheers|much appreciated|i appreciate (it|that|your help)|appreciate it|appreciated|grateful',
  'how are (you|things|we)( doing| feeling)?( today)?|how (is|are) (it|things|life|your day|the day|everything)( going| doing)?|how do you do|how have you been|what is up|what is new|wassup|whatsup|sup|how was your (day|weekend|night|evening)',
  'good ?(morning|afternoon|evening|night|day|bot|job|work|one|stuff|luck|to know|boy)|morning|evening|goodnight|gn|gm',
  '(good|great|nice|excellent|awesome|amazing|super|lovely|fantastic|brilliant) (job|work|one|stuff|help|service|bot|news|to know|idea)|okay|okey|okie|ok|k|kk|cool|great|awesome|perfect|nice( one| work| job| to (meet|see) you| talking to you| chatting)?|lovely|excellent|brilliant|fantastic|wonderful|amazing|super|superb|sweet|neat|wow|impressive|fair enough|fine|alright|all right|sure|got it|gotcha|understood|makes sense|sounds good|noted|i see|right|indeed|true|yes|yep|yeah|yup|no|nope|nah|not really|maybe|whatever|interesting|sorry|oops|my bad|no worries|no problem|not a problem|np',
  'bye|bye bye|goodbye|good bye|see (you|ya)( later| tomorrow| soon| around)?|cya|later|ciao|take care|talk (to you )?(later|soon)|have a (nice|good|great|lovely|wonderful) (day|one|weekend|evening|time|night|week)|enjoy your (day|weekend|evening|lunch)|you too|same to you|cheerio|ttyl',
  'you are (so |very |really |the |a |quite |pretty |super |such a |not )*(best|great|awesome|welcome|funny|amazing|smart|clever|cute|star|lifesaver|helpful|fast|kind|nice|cool|hero|legend|useful|useless|stupid|slow|bot|robot|human|good|sweet)( bot)?|you rock|you (suck|are dumb)|i (love|like|hate|miss) (you|it|this)( bot)?|love (you|it|this)|well done|great (job|work|bot|stuff|help|service)|best bot( ever)?|bad bot|stupid bot|nice bot',
  'lol|lmao|rofl|haha(ha)*|hehe(he)*|ha ha|xd|omg|ugh|hmm+|yay|woohoo|hooray|meh|wtf|damn',
  'are you (a |an |the |really |even |actually )*(human|robot|bot|real|ai|machine|person|there|alive|ok|busy|awake|happy|online|sentient|chatgpt|real person|computer|okay|fine|well)( being)?( or (a |an )?(human|robot|bot|machine|person|computer|ai|real))?( person| human)?( today| now)?',
  'who (made|built|created|wrote|invented) you|what is your name|do you have a name|how old are you|who are you|what are you|where are you( from)?|what do you think|do you (sleep|like me|love me|dream|ever sleep|have feelings|like your job|like [a-z]+)|how is the (bot|job) life|are we friends|nice to meet you|pleased to meet you|pleasure',
  'congratulations|congrats|happy (birthday|friday|monday|new year|holidays|easter|weekend|thanksgiving)|merry christmas|welcome( back)?|tgif|have fun|cheer up|long day|bless you|god bless|rock on|high five',
  'that (was|is) (so |really |very |super |all|it|too |pretty )*(fast|quick|easy|great|helpful|nice|awesome|cool|good|perfect|fine|all|funny|amazing|correct|right|it)?( for (now|today))?|that (helped|worked|works|is all|does it)( a lot| great| perfectly)?|it (works|worked|helped)( now| again| fine| perfectly| great)?|(it is |all )?(fixed|sorted|works|working|solved|done|good)( now| again)|all (good|set|done|fine)|that solved it|problem solved|(i am|am) (fine|good|back|bored|tired|happy|done|great|okay|well|here|so bored|having a (bad|good) day)( thanks| today| now)?',
]

const smallTalk = keys(courtesies)

/** In the order they are tried. */
const wholeMessages: readonly WholeMessage[] = [
  {
    intent: 'cancel',
    key: keys([
      'cancel(led|ling)?( (it|this|that|everything|all|please|the|my))*( (request|reset|password reset|password|unlock|enrolment|enrollment|verification|operation|order|action|procedure|task))?',
      'stop( (it|this|that|now|everything|here|asking|talking))?|halt|quit|abort( mission)?|exit|terminate|never ?mind( (it|that|this))?|forget (about )?(it|this|that|about it)|drop it|leave it( (be|alone|there))?|scrap (it|that|this)|call it off|discard|dismiss',
      '(have )?changed my mind|(do )?not (bother|want (this|that|it|to)( (anymore|continue|do this|any more|proceed))*|need (this|that|it|help|anything|you)( anymore)?|do (this|it|that))|(not|no) need(ed)?( anymore)?|no longer need(ed)?( (this|it|that|help))?|not (now|today|anymore|interested|necessary)|enough( (of this|already))?|end (this|it|chat|conversation|the (chat|conversation|session))|close (this|it|the chat)|let us stop|leave me alone|go away|get me out( of here)?|back out|shut up|i give up|give up|cut it out|does not matter|no matter|not important|do not continue|i am out',
    ]),
  },
  {
    intent: 'start-over',
    key: keys([
      '(re ?)?start(ing)? (it |this |that |everything )?(all )?(over|again|afresh|anew|fresh|from scratch|from (the )?(beginning|start|top|zero|scratch))( again| from (scratch|the beginning|the start))?|re ?start|begin( all)? (again|over|anew|from (the )?(beginning|start|scratch))|(all over )?from (the )?(beginning|start|top|scratch|zero)|redo|do (it|this|that|everything)( all)? (over|again)( from (the )?(start|beginning|scratch))?|fresh start|clean slate|reboot|startover',
      '(go |take me |bring me )?(all the way )?back to (the )?(start|beginning|square one|first step|step (1|one)|top)|reset (the |this |our |everything|all)?( )?(conversation|chat|dialog|bot|session|flow)|new (conversation|chat|session)|(let us |lets )?try (it |this |that )?(all )?(over )?again( from (the )?(start|beginning|scratch))?|start (a )?new( (conversation|chat|session|one))?|wipe (it|this|everything)|one more time from the (top|start)|over again|go back to start|retry',
    ]),
  },
  { intent: 'small-talk', key: smallTalk },
  {
    intent: 'talk-to-human',
    key: keys([
      '(a |an )?(real |live |actual |living |human )?(human|humans|agent|operator|person|technician|representative|human being|support agent|agents?|rep|people)',
      'help ?desk|service ?desk|support|tech support|(do )?not( want)?( to)? (talk|speak|chat)( to| with)? (a |the |this )?(bot|robot|machine|computer)|itdept|(it|itdept) (support|department|team|desk|help|guy|guys|person|staff|people)|(someone|somebody|anyone|anybody)( (from|in|at) (itdept|it|support|the help desk|help desk))|escalate|hand over|transfer|connect|speak|talk|call me( back)?',
    ]),
  },
  {
    intent: 'my-tickets',
    key: keys(['status( update| report)?|(any|some) (news|updates?|progress)( yet)?|(my )?(tickets|requests)']),
  },
  {
    intent: 'help',
    key: keys([
      '(?<!the )(?<!your )(?<!for )(?<!of )help( me| needed| wanted| please)?( out)?|(show |open |main |see |go to |back to )*(me |the |main )*(menu|options|commands|choices|possibilities|features|capabilities)( again)?|what (else )?(can|do|could) (you|i|this|it|this bot|helpbot|we) (do|offer|help( me)? with|ask( you)?|support|say|handle|write|type|know|solve|fix)( (for me|here|exactly|with you|about|you))*|what (all )?can i (ask|do|say)( you| here)?|what are (my|the|your) (options|choices|commands|features|capabilities|skills|functions)|list( of)? (commands|options|what you can do)',
      'what (commands|options|choices|features)( (are there|do you have|exist))?|how (does|do|can|could|would|should) (this|it|i|you|helpbot|the bot|this bot|this thing)( use| work| help| start)( (this|you|helpbot|it|me|the bot|here|exactly|bot|thing|with))*|what (is|are) (this|helpbot|this bot|this for|you for|you good at)|what (is|are) (your|the) (purpose|job|function|role)|how (can|could|do|may) you help( me)?|(show|tell) me what you (can )?do|what are you (able to|capable of|made for|here for)( do)?|need assistance|assist( me)?|assistance|sos|get started|getting started|instructions|usage|guide me|lost here|am (confused|lost|stuck)|confused|what (now|next)|where do i start|how do i start|any help|do not know what to do|introduce yourself|tell me what you can do|explain (what you do|yourself)|question',
    ]),
  },
]

function keys(alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(${alternatives.join('|')})\\b`, 'g')
}

/** The last clause of a longer message, where "…, forget it" or "…, let's start over" stands. */
export function saidAtTheEnd(reading: Reading): Intent | undefined {
  const last = reading.tokens.at(-1)?.clause
  const ending = reading.tokens.filter((token) => token.clause === last)
  const intent = saidByWholeMessage({ ...reading, tokens: ending, line: ending.map((token) => token.text).join(' ') })
  return intent === 'cancel' || intent === 'start-over' ? intent : undefined
}

/** The intent that the whole message says, if it says one of these and nothing else. */
export function saidByWholeMessage(reading: Reading): Intent | undefined {
  const { line, written } = reading
  if (line === '') return wordless(written)
  if (line.length > 120) return undefined
  const ungreeted = line.replace(greeting, ' ')
  for (const { intent, key } of wholeMessages) {
    const source = intent === 'small-talk' ? line : ungreeted
    const rest = source.replace(key, ' ')
    if (rest !== source && isEmpty(rest.replace(smallTalk, ' ').replace(greeting, ' '))) return intent
  }
  return ungreeted !== line && isEmpty(ungreeted) ? 'help' : undefined
}

function isEmpty(rest: string): boolean {
  return !/[\p{L}\p{N}]/u.test(rest.replace(filler, ' '))
}

function wordless(written: string): Intent | undefined {
  if (/^\s*\?\s*$/.test(written)) return 'help'
  return /^(\s|👍|🙏|👌|👋|❤|🙂|😀|😊|🎉|👏|\p{Emoji_Modifier})+$/u.test(written) ? 'small-talk' : undefined
}
