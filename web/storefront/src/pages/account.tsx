// Who one is here: names and address, all that is kept as a file, and the way out.
import {useEffect, useState} from 'preact/hooks';
import {Trouble, type Person} from '@gatehouse/sdk';
import {Gate} from '../parts/gate.tsx';
import {Failed, Loading, Notice} from '../parts/notice.tsx';
import {signOut} from '../session.ts';
import {asking, forgetEverything, platform} from '../shop.ts';
import {day} from '../words.ts';

const ME = {path: {id: 'me'}};

async function download(): Promise<void> {
  const {data} = await asking(() => platform.people.GET('/users/{id}/export', {params: ME}));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], {type: 'application/json'}));
  link.download = 'gatehouse-account.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function Form({person, saved}: {person: Person; saved: (person: Person) => void}) {
  const [trouble, setTrouble] = useState<Trouble>();
  const [isBusy, setBusy] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const save = async (form: HTMLFormElement) => {
    setBusy(true);
    setSaved(false);
    setTrouble(undefined);
    const text = (name: string) => String(new FormData(form).get(name) ?? '').trim();
    try {
      const body = {first_name: text('first_name'), last_name: text('last_name'), email: text('email')};
      const header = {'If-Match': `"${person.version}"`};
      saved((await asking(() => platform.people.PATCH('/users/{id}', {params: {...ME, header}, body}))).data);
      setSaved(true);
    } catch (thrown) {
      setTrouble(Trouble.of(thrown));
    }
    setBusy(false);
  };
  return <form class="fields" onSubmit={(event) => { event.preventDefault(); void save(event.currentTarget); }}>
    <label>First name<input name="first_name" autocomplete="given-name" maxLength={200} defaultValue={person.first_name ?? ''} /></label>
    <label>Last name<input name="last_name" autocomplete="family-name" maxLength={200} defaultValue={person.last_name ?? ''} /></label>
    <label>E-mail<input name="email" type="email" autocomplete="email" maxLength={254} defaultValue={person.email ?? ''} /></label>
    {trouble !== undefined && <Failed trouble={trouble} again={() => setTrouble(undefined)} what="Change it" />}
    {isSaved && <Notice title="Saved"><p>Your account is up to date.</p></Notice>}
    <p class="ways"><button type="submit" class="strong" disabled={isBusy}>{isBusy ? 'Saving…' : 'Save'}</button></p>
  </form>;
}

function Account() {
  const [person, setPerson] = useState<Person>();
  const [trouble, setTrouble] = useState<Trouble>();
  const tell = (thrown: unknown) => setTrouble(Trouble.of(thrown));
  const load = () => {
    setTrouble(undefined);
    asking(() => platform.people.GET('/users/{id}', {params: ME, cache: 'no-store'})).then(({data}) => setPerson(data), tell);
  };
  useEffect(load, []);
  const leave = () => {
    forgetEverything();
    signOut().catch(tell);
  };
  return <section class="narrow">
    <h1>Account</h1>
    {trouble !== undefined && <Failed trouble={trouble} again={load} />}
    {person === undefined ? trouble === undefined && <Loading what="Fetching your account" /> : <>
      <p class="quiet">{person.username}, a customer since {day(person.created_at)}</p>
      <Form key={person.version} person={person} saved={setPerson} />
    </>}
    <h2>Yours to take</h2>
    <p>All that the account service holds about you, as a file.</p>
    <p class="ways"><button type="button" onClick={() => void download().catch(tell)}>Download</button></p>
    <h2>Sign out</h2>
    <p>This device forgets your orders and your basket.</p>
    <p class="ways"><button type="button" onClick={leave}>Sign out</button></p>
  </section>;
}

export const AccountPage = () => <Gate title="Your account" why="Sign in to see and change what we know about you."><Account /></Gate>;
