// A person of the team: their picture, or the first letter of their name. Beside the name itself, so nobody hears it twice.
import { useQuery } from '@tanstack/react-query';
import { peopleQuery } from '../wire/queries.ts';

interface FaceProps {
  readonly name: string;
  /** Names it, as the server says. */
  readonly picture?: string | undefined;
  readonly className?: string;
}

export function Face({ name, picture, className = '' }: FaceProps) {
  const looks = `face ${className}`;
  return picture === undefined ? (
    <span className={looks} data-initial={[...name][0]?.toUpperCase()} aria-hidden="true" />
  ) : (
    <img className={looks} src={`/api/v1/people/pictures/${picture}`} alt="" />
  );
}

/** Of somebody of whom only the name is known: where two have it, neither has a picture. */
export function FaceOf({ name, className }: Pick<FaceProps, 'name' | 'className'>) {
  const { data: people = [] } = useQuery(peopleQuery);
  const [person, namesake] = people.filter((one) => one.name === name);
  return (
    <Face
      name={name}
      picture={namesake ? undefined : person?.picture}
      {...(className ? { className } : {})}
    />
  );
}
