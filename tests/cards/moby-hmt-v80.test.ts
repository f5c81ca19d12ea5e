import { testSample } from './sample-tests.ts';

testSample('moby-hmt', 'v80');
