import { create } from 'zustand';

/** Which step of the tour is shown; none while nobody takes it. */
export const useTour = create<{ readonly step: number | undefined }>(() => ({ step: undefined }));

export const startTour = (): void => useTour.setState({ step: 0 });
export const endTour = (): void => useTour.setState({ step: undefined });
