import { create } from 'zustand';
import type { Design } from '../../core/design/types.ts';

interface TourState {
  /** Which step is shown; none while nobody takes the tour. */
  readonly step: number | undefined;
  /** The design that the sample took the place of, when there was one. */
  readonly left: Design | undefined;
}

export const useTour = create<TourState>(() => ({ step: undefined, left: undefined }));

/** The element that takes the focus when somebody goes to the tour by its key. */
export const TOUR_CARD = 'tour-card';

export const touring = (): boolean => useTour.getState().step !== undefined;
export const startTour = (): void => useTour.setState({ step: 0, left: undefined });
export const endTour = (): void => useTour.setState({ step: undefined });
