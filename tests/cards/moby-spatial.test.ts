import { testSample } from './sample-tests.ts';

testSample('moby-spatial', 'u280');
