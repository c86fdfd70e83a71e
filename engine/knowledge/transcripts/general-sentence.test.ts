import { describe, expect, it } from 'vitest';
import { expectLinearTime } from '#core/testing/linear-time.ts';
import { isGeneral, standsAlone } from './general-sentence.ts';
import { createTeamVocabulary } from './team-vocabulary.ts';

const general: Readonly<Record<string, readonly string[]>> = {
  en: [
    'Hold Menu for three seconds.',
    'Push the handle in fully, turn it a quarter to the left and lift the lid.',
    'No, the sieve must not go into the dishwasher.',
    'Replace it every ten weeks, or sooner when it turns brown.',
    'Press the green key twice and wait until the lamp stops blinking.',
    'If the lamp stays red, unplug the machine for two minutes.',
    'F7 means that the filter is blocked.',
    'E4 stands for a leak in the tank.',
    'Take the filter out, rinse it under the tap and put it back with the arrow up.',
    'Go to Settings > Network > Reset and confirm with OK.',
    'Open Settings and switch the display to your language.',
    'Tap "Forget network" and enter the password again.',
    'Choose **Pairing** in the menu, and hold the button until it blinks.',
    'The battery lasts about two years in a room of normal warmth.',
    'A factory reset erases all schedules.',
    'You can change the language in the menu.',
    'You need a screwdriver with a flat blade.',
    'Only the owner of the account can remove members.',
    'Every device needs its own socket.',
    'Before the first use, boil water twice and pour it away.',
    'After ten minutes the machine switches itself off.',
    'Do not clean the plate with steel wool.',
    'Never open the housing while the plug is in the socket.',
    'Make sure that the tank clicks into place.',
    'Check whether the seal sits in its groove.',
    'Use cold water, because warm water leaves more lime.',
    'When the lid is open, the motor does not start.',
    'The lid can be washed by hand at up to 40 degrees.',
    'Two short beeps mean that the cable is loose.',
    'Turn the dial to the drop and wait until the lamp is green.',
    'It takes up to 24 hours until a new card works.',
    'An unopened box can be returned within 60 days.',
    'We ship to islands, but it takes three days longer.',
    'We recommend a filter for hard water.',
    'The warranty covers defects of material, not scratches.',
    'Both plugs have to be out before you lift the plate.',
    'Please keep the machine upright when you carry it.',
    'There is no charge for a change of the meal before the kitchen closes.',
    'To pair a second phone, open the menu and choose "Add phone".',
    'Wipe the sensor with a dry cloth once a month.',
    'Without the cover the fan does not start.',
    'Set the timer dial beyond the red mark.',
    'Below the red mark only the light runs and the stove stays off.',
    'The USB port on the back is for service only.',
    '1. Pull the plug and wait for ten seconds.',
    '- Put the plug back and hold the key.',
    'The door opens by itself when the code is right.',
    'Each account may have up to five devices.',
  ],
  de: [
    'Drücken Sie zweimal die grüne Taste.',
    'Nehmen Sie den Deckel ab und spülen Sie das Sieb.',
    'Das Sieb darf nicht in die Spülmaschine.',
    'Wenn die Lampe rot bleibt, ziehen Sie den Stecker.',
    'Der Akku hält etwa zwei Jahre.',
    'Die Karte funktioniert erst nach dem Einchecken am Terminal.',
    'Öffnen Sie das Menü und wählen Sie „Sprache“.',
    'Bitte tauschen Sie den Filter alle zehn Wochen.',
    'E4 bedeutet, dass der Tank undicht ist.',
    'Ohne den Deckel startet der Motor nicht.',
    'Sie können die Sprache im Menü ändern.',
    'Halten Sie die Taste, bis die Lampe blinkt.',
  ],
  fr: [
    'Appuyez deux fois sur la touche verte.',
    'Retirez le couvercle et rincez le filtre.',
    'Le filtre ne va pas au lave-vaisselle.',
    'Si le voyant reste rouge, débranchez la machine pendant deux minutes.',
    'La batterie dure environ deux ans.',
    'Vous pouvez changer la langue dans le menu.',
    'Ouvrez le menu et choisissez « Langue ».',
    'Il faut remplacer le filtre toutes les dix semaines.',
    'Ne nettoyez pas la plaque avec de la laine d’acier.',
  ],
  es: [
    'Pulse dos veces la tecla verde.',
    'Quite la tapa y enjuague el filtro.',
    'El filtro no puede ir al lavavajillas.',
    'Si la luz sigue en rojo, desenchufe la máquina durante dos minutos.',
    'La batería dura unos dos años.',
    'Puede cambiar el idioma en el menú.',
    'Hay que cambiar el filtro cada diez semanas.',
    'No limpie la placa con lana de acero.',
  ],
  pt: [
    'Prima duas vezes a tecla verde.',
    'Retire a tampa e lave o filtro.',
    'O filtro não pode ir à máquina de lavar.',
    'Se a luz continuar vermelha, desligue a máquina durante dois minutos.',
    'A bateria dura cerca de dois anos.',
    'Pode mudar a língua no menu.',
    'Não limpe a placa com palha de aço.',
  ],
};

const particular: Readonly<Record<string, readonly string[]>> = {
  en: [
    // Names and places
    'It is now in Zaragoza.',
    'The driver left it with Mrs Keller next door.',
    'Tom will call you about the lid.',
    'Dora, press the green key twice.',
    'Please ask for Marek at the desk.',
    'Your neighbour Ms Lind has the parcel.',
    'The shop on Elm Road has one left.',
    'It goes to 12 Rose Lane again.',
    'Maria from the workshop has the spare part.',
    'Ask Jonas whether he changed the schedule.',
    'The technician lives in Leeds and comes by train.',
    'the parcel is at the depot in leeds',
    'Press the key as Dora showed it.',
    'The key is under the mat at number 4471.',
    'Room 12 has the other remote.',
    // Days and times
    'The technician comes tomorrow between two and four.',
    'It was delivered yesterday to the back door.',
    'You get the part by Friday at the latest.',
    'The offer ends on 3 May for this machine.',
    'The fault began on 2024-03-05 with the update.',
    'Be at the door at 14:30 and bring the box.',
    'It arrives on the 12th with the other box.',
    'The replacement should be there next week.',
    'The line is closed in March this time.',
    'The part was ordered two days ago.',
    'It should be working again now.',
    // What was done for one
    'I have refunded the second payment.',
    "I've sent a new lid to the old address.",
    'We cancelled the second order for you.',
    'I can see that your machine was registered twice.',
    'We have extended the warranty by a year.',
    'I added 20 euros for the trouble.',
    'I put a voucher on the account.',
    'We waived the fee as an exception.',
    'Your refund has been issued to the card.',
    'Your order is on its way to the house.',
    'Your booking was changed to the small room.',
    'The payment was declined twice by the bank.',
    'The parcel was returned to the depot.',
    'The courier tried it at the back door.',
    'You will receive a replacement for the lid.',
    'You bought the small one with the blue lid.',
    'You are a member of the second tier.',
    'You have several bookings in the account.',
    'As you said, the lid does not close.',
    'In your case the seal is too old.',
    'From the photo you sent, the seal is torn.',
    'My colleague has the box on the desk.',
    'Our driver will bring the other one.',
    'Your husband can open it with the key.',
    'She can take it back to the shop.',
    'He has the code for the door.',
    'Sorry that the lid broke again.',
    'Unfortunately the blue one is gone.',
    'Thanks for the picture of the lid.',
    // Numbers, money, addresses
    'The case 7719283 is with the workshop.',
    'The order PW-4475310 holds both lids.',
    'Your booking ID is 887 for both.',
    'The code of the door is 5561.',
    'It is under #4711 in the list.',
    'The track number ends with 90210.',
    'It costs $30 for each passenger.',
    'The deposit of 50 euros stays with the shop.',
    'There is a discount for members of 15%.',
    'Write to [EMAIL] about the lid.',
    'The card ending in 3422 was charged.',
    'Look at https://shop.example/orders/447531 for the state.',
    'Ask @kaffa_help about the blue lid.',
    'Your new code is **HATHAV** for both.',
    'The seat is 12C on the left side.',
    'The flight BA117 has free seats.',
    // Requests for details, questions, talk
    'Send us the number of the machine.',
    'Have you tried another socket yet?',
    'To confirm, the blue lid and the seal:',
    'Glad that it works again with the lid.',
    'We will look into the matter and get back.',
    'Let me know when the lamp is green.',
    'Great, the box is all done and confirmed.',
    'De nada, que tenga un buen día.',
    'Yes please, that one.',
  ],
  de: [
    'Das Paket liegt bei Frau Meier.',
    'Es steht in der Lindenstraße am Tor.',
    'Der Techniker kommt morgen zwischen zwei und vier.',
    'Ich habe Ihnen einen Gutschein geschickt.',
    'Wir haben die Bestellung storniert.',
    'Ihr Paket ist in Graz angekommen.',
    'Tom bringt den Deckel am Montag.',
    'Bitte fragen Sie Herrn Brandt nach dem Deckel.',
    'Ihre Rückerstattung wurde veranlasst.',
    'Der Schlüssel liegt bei Familie Lind.',
    'Die Filiale Wieden hat noch einen Deckel.',
    'Der Kunde Meier hat den Deckel.',
  ],
  fr: [
    'Le colis est à Lyon chez la gardienne.',
    'Je vous ai envoyé un bon d’achat.',
    'Nous avons annulé la commande.',
    'Le technicien passe demain entre deux et quatre heures.',
    'Votre remboursement a été effectué.',
    'Demandez Camille à la réception.',
    'C’est au 12 rue des Lilas.',
    'Votre mari a la clé de la porte.',
  ],
  es: [
    'El paquete está en Zaragoza con la vecina.',
    'Le he enviado un vale de diez euros.',
    'Hemos cancelado el pedido de la tapa.',
    'El técnico viene mañana entre las dos y las cuatro.',
    'Su reembolso ha sido emitido.',
    'Pregunte por Lucía en la recepción.',
    'Está en la calle de las Flores.',
  ],
  pt: [
    'A encomenda está em Braga com a vizinha.',
    'Enviei um vale de dez euros.',
    'Cancelamos o pedido da tampa.',
    'O técnico vem amanhã entre as duas e as quatro.',
    'O seu reembolso foi emitido.',
    'Pergunte pela Inês na receção.',
    'Fica na rua das Flores.',
  ],
  zh: ['请按绿色键两次,然后等待。'],
  nl: ['Druk twee keer op de groene knop.'],
  und: ['Press the green key twice and wait.'],
};

const rows = (sentences: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(sentences).flatMap(([language, list]) =>
    list.map((sentence) => [language, sentence] as const),
  );

describe('of what agents said may be shown to other customers', () => {
  it.each(rows(general))('what holds for all (%s): %s', (language, sentence) => {
    expect(isGeneral(sentence, { language })).toBe(true);
  });

  it.each(rows(particular))('not what is about one (%s): %s', (language, sentence) => {
    expect(isGeneral(sentence, { language })).toBe(false);
  });

  it('what names products and places that the articles name', () => {
    const vocabulary = createTeamVocabulary();
    vocabulary.learn('Put the Kaffa 3 upright. Cold milk foams best in the Lotta T100.');
    const sentence = 'Cold milk foams in the Lotta T100 and in the Kaffa.';
    expect(isGeneral(sentence, { language: 'en' })).toBe(false);
    expect(isGeneral(sentence, { language: 'en', vocabulary })).toBe(true);
    expect(isGeneral('The milk is with Marek in the Kaffa shop.', { language: 'en', vocabulary })).toBe(
      false,
    );
  });

  it('what names a key that the message sets off', () => {
    const sentence = 'Then hold the switch, and Nachlauf in the menu goes off.';
    expect(isGeneral(sentence, { language: 'en' })).toBe(false);
    expect(isGeneral(sentence, { language: 'en', labels: new Set(['nachlauf']) })).toBe(true);
  });

  it('nothing that a recogniser of names forbids', () => {
    const namesSomebody = (sentence: string) => sentence.includes('rose');
    expect(isGeneral('Water the rose twice a week.', { language: 'en' })).toBe(true);
    expect(isGeneral('Water the rose twice a week.', { language: 'en', namesSomebody })).toBe(false);
  });

  it('no sentence that goes on from another, without it', () => {
    expect(['Then press the key.', 'It blinks twice.', 'Danach blinkt die Lampe.'].some(standsAlone)).toBe(
      false,
    );
    expect(['Press the key.', 'If it blinks, wait.', 'Die Lampe blinkt.'].every(standsAlone)).toBe(true);
  });

  it('in time that grows with the length alone', () => {
    const pieces = [
      'your ',
      'the driver ',
      'A',
      '1 ',
      '“',
      '**',
      'is ',
      'press ',
      'M > ',
      'der ',
      ', ',
      '#1',
      'https://a',
    ];
    expectLinearTime((text) => isGeneral(text, { language: 'en' }), pieces);
    expectLinearTime((text) => isGeneral(text, { language: 'de' }), pieces);
  });
});
