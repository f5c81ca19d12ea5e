import { create } from 'zustand';

export type ThemeChoice = 'system' | 'light' | 'dark';

interface ThemeState {
  readonly choice: ThemeChoice;
  /** What is on the screen. */
  readonly shown: 'light' | 'dark';
  readonly choose: (choice: ThemeChoice) => void;
}

const KEY = 'flexllm-composer/theme';
const dark = typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : undefined;
const shownFor = (choice: ThemeChoice): 'light' | 'dark' =>
  choice === 'system' ? (dark?.matches ? 'dark' : 'light') : choice;

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const useTheme = create<ThemeState>((set) => ({
  choice: stored(),
  shown: shownFor(stored()),
  choose: (choice) => {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Not kept; it still holds for this visit.
    }
    set({ choice, shown: shownFor(choice) });
  },
}));

/** Puts the theme on the document and follows the system while it is left to it. */
export function applyTheme(): void {
  const show = (): void => {
    document.documentElement.dataset['theme'] = useTheme.getState().shown;
  };
  show();
  useTheme.subscribe(show);
  dark?.addEventListener('change', () => useTheme.setState((state) => ({ shown: shownFor(state.choice) })));
}
