import { describeAccessibility } from './describe-accessibility.ts';

describeAccessibility({ width: 1280, height: 800 });
