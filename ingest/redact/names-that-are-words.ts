// Words that are names, too, in small letters. Said again in a conversation, they are taken for a name only with the rest of it; and that articles
// are full of them does not say that they name no customer.
export const nameOrWord: ReadonlySet<string> = new Set(
  (
    'alba angel angeles april art ash august autumn basil bill blue brook buck carol chance charity chase christian clay cliff crystal ' +
    'dale dawn dean destiny drew earl eden faith fern flora forest frank gene grace grant guy harmony hazel heath holly hope hunter ' +
    'iris ivy jack jade jasmine jay jean jewel joy june lane lily luna mark mason max may melody mercedes miles mira norm olive ' +
    'paris pat pearl penny pierce pilar price ray reed rich rob robin rock rosa rose ruby rusty sage sandy skip sky sol star sterling ' +
    'storm sue summer sunny taylor trinity turner victoria viola violet wade wendy will willow winter young'
  ).split(' '),
);
