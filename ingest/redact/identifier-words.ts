// Words that say that an identifier follows: a customer number, a licence, a plate. A table for each language; identifier-recognizer.ts reads it.
import type { PersonalDataKind } from './redact.ts';

/** Each entry is words or an inflection's stem with `*`; a space also stands for a hyphen or nothing. */
export const identifierWords: Readonly<Partial<Record<PersonalDataKind, readonly string[]>>> = {
  id: [
    // Records and health plans
    'medical record, mrn, chart, patient, record, member, membership, subscriber, beneficiary, policy, group, insurance, medicare, medicaid, blue cross, nhs, claim, case',
    'historia clínica, historial, expediente, nhc, póliza, tarjeta sanitaria, afiliado, afiliación, seguro, paciente, caso',
    'dossier, dossier patient, dossier médical, ipp, adhérent, mutuelle, contrat, police, carte vitale, sinistre',
    'patientennummer, patienten id, fallnummer, fall, aktenzeichen, akte, versichertennummer, versicherungsnummer, krankenversichertennummer, police, mitgliedsnummer, vorgang, vorgangsnummer, schadennummer',
    'prontuário, carteirinha, apólice, convênio, processo',
    // Accounts
    'account, acct, customer, client, routing, sort code, bank, swift, bic',
    'cuenta, cliente, número de cliente, sucursal',
    'compte, client, compte client, numéro client, rib',
    'konto, kontonummer, kundennummer, kundenkonto, kunden id, vertrag, vertragsnummer, bankleitzahl, blz',
    'conta, cliente, agência',
    // Licences, passports and certificates
    'licence, license, driving licence, driver license, drivers license, driver’s license, dl, passport, permit, certificate, cert, visa, identity card, id card',
    'pasaporte, permiso de conducir, permiso, licencia, carné, carnet, colegiado, certificado',
    'permis, permis de conduire, passeport, carte d’identité, certificat, titre de séjour',
    'führerschein, führerscheinnummer, ausweis, ausweisnummer, personalausweis, reisepass, reisepassnummer, passnummer, zertifikat',
    'passaporte, habilitação, cnh, certificado, rg',
    // Numbers of the state
    'ssn, social, social security, national insurance, ni number, nino, tax id, tin, itin, ein, vat id',
    'dni, nif, nie, cif, curp, seguridad social',
    'sécu, sécurité sociale, nir, numéro fiscal',
    'steuer id, steuernummer, steueridentifikationsnummer, sozialversicherungsnummer, rentenversicherungsnummer',
    'cpf, cnpj, nif',
    '身份证, 身份证号, 护照, 账号, 客户号',
    // Bodies, and whatever else belongs to one person
    'fingerprint, voiceprint, voice print, face id, iris, retina, biometric, template, faceprint',
    'huella, huella dactilar, empreinte, empreinte digitale, fingerabdruck, impressão digital, biometr*',
    'booking, reservation, reference, ref, confirmation, student, employee, staff, badge, payroll, loyalty, frequent flyer',
    'reserva, referencia, localizador, alumno, empleado, matrícula de estudiante',
    'réservation, référence, étudiant, employé, fidélité',
    'buchung, buchungsnummer, referenz, matrikelnummer, personalnummer, mitarbeiternummer',
  ],
  vehicle: [
    'plate, plates, number plate, license plate, licence plate, registration, reg, vin, chassis, van, car, truck, vehicle',
    'matrícula, placa, placas, bastidor, coche, furgoneta, vehículo',
    'immatriculation, immatriculé, immatriculée, plaque, châssis, voiture, véhicule, camionnette',
    'kennzeichen, nummernschild, fahrgestellnummer, fin, auto, wagen, fahrzeug',
    'placa, chassi, carro, veículo',
  ],
  device: [
    'serial, s n, sn, imei, meid, udid, device, device id, mac, mac address, unit, eid, iccid',
    'serie, número de serie, dispositivo, aparato',
    'série, numéro de série, appareil',
    'seriennummer, gerätenummer, geräte id, seriennr',
    'série, número de série, aparelho',
  ],
};

/** A name that its owner chose follows: any word. */
export const userNameWords =
  'username, user name, user id, login name, usuario, nombre de usuario, identifiant, nom d’utilisateur, benutzername, benutzerkennung, nome de usuário, usuário, 用户名';

/** What may stand between such a word and the identifier. */
export const fillers: ReadonlySet<string> = new Set(
  (
    'a an and as at card code had has i id ids is it its my nr no num number on our s serial still that the this to under was with your ending issued ' +
    'al con de del el era es esta identificación la mi n nº n.º no número numero serie su tengo un una es el ' +
    'carte c’est c le les ma mon numéro est n° porte sous un une votre ' +
    'aktuelle das dem den der die ein eine ist ihr lautet lautete meine mein mit nummer unter war von ' +
    'a da do é e meu minha o número são ' +
    '号 号码 是 为'
  ).split(' '),
);
