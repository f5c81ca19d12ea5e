import { useEffect, useId, useState } from 'react';
import { anchorOf, findTerms, GLOSSARY, type Term } from '../words/glossary.ts';
import { plural } from '../words/format.ts';
import { Shell } from './Shell.tsx';

/** The first letter of a term, under which it stands. */
const letterOf = ({ term }: Term): string => term.charAt(0).toUpperCase();
const LETTERS = [...new Set(GLOSSARY.map(letterOf))];

/** Goes to the first term of a letter; the list takes the focus, so that keys go on from there. */
function goTo(letter: string): void {
  const term = GLOSSARY.find((candidate) => letterOf(candidate) === letter);
  const element = term && document.getElementById(`term-${anchorOf(term.term)}`);
  element?.scrollIntoView({ block: 'start' });
  element?.focus();
}

/** What the words of the application mean. */
export default function GlossaryDialog() {
  const id = useId();
  const [words, setWords] = useState('');
  const terms = words.trim() === '' ? GLOSSARY : findTerms(words);
  useEffect(() => document.getElementById(id)?.focus(), [id]);
  return (
    <Shell wide title="Glossary" description="The words and abbreviations of the composer, and what they mean here.">
      <div className="glossary">
        <label className="sr-only" htmlFor={id}>
          Search the glossary
        </label>
        <input
          id={id}
          type="search"
          className="input"
          placeholder="Search, for example TTFT or bandwidth"
          value={words}
          autoComplete="off"
          onChange={(event) => setWords(event.target.value)}
        />
        {words.trim() === '' ? (
          <nav className="glossary__letters" aria-label="Letters">
            {LETTERS.map((letter) => (
              <button key={letter} type="button" className="glossary__letter" onClick={() => goTo(letter)}>
                {letter}
              </button>
            ))}
          </nav>
        ) : null}
        <p className="sr-only" role="status">
          {plural(terms.length, 'term')}
        </p>
        <dl className="glossary__terms">
          {terms.map(({ term, also, meaning }) => (
            <div key={term} id={`term-${anchorOf(term)}`} className="glossary__term" tabIndex={-1}>
              <dt>{term}</dt>
              <dd>
                {meaning}
                {also ? <span className="muted"> · also {also.join(', ')}</span> : null}
              </dd>
            </div>
          ))}
        </dl>
        {terms.length === 0 ? <p className="panel-empty">No term has these words. The documentation may.</p> : null}
      </div>
    </Shell>
  );
}
