package io.orangery.ctl.output;

import java.util.ArrayList;
import java.util.List;

/** The difference of two texts in the unified format, three lines of context, file names left empty (ctl.md 20.4). */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;

    /** One line of both texts put together: {@code ' '} in both, {@code '-'} only before, {@code '+'} only after. */
    private record Line(char mark, String text) {}

    private UnifiedDiff() {}

    /** @return lines without line ends; empty when the texts are equal */
    public static List<String> of(String before, String after) {
        List<Line> lines = merged(before.lines().toList(), after.lines().toList());
        var result = new ArrayList<String>();
        int from = 0;
        while ((from = nextChange(lines, from)) < lines.size()) {
            int start = Math.max(0, from - CONTEXT);
            int end = endOfHunk(lines, from);
            if (result.isEmpty()) {
                result.add("--- ");
                result.add("+++ ");
            }
            result.add("@@ -" + range(lines, start, end, '+') + " +" + range(lines, start, end, '-') + " @@");
            lines.subList(start, end).forEach(line -> result.add(line.mark() + line.text()));
            from = end;
        }
        return result;
    }

    private static int nextChange(List<Line> lines, int from) {
        int index = from;
        while (index < lines.size() && lines.get(index).mark() == ' ') {
            index++;
        }
        return index;
    }

    /** Changes at most twice the context apart belong to one hunk. */
    private static int endOfHunk(List<Line> lines, int firstChange) {
        int end = firstChange;
        int next = firstChange;
        while (next < lines.size() && next - end <= 2 * CONTEXT) {
            end = next + 1;
            next = nextChange(lines, end);
        }
        return Math.min(lines.size(), end + CONTEXT);
    }

    /** First line and number of lines, as seen by the side that has no lines of {@code others}. */
    private static String range(List<Line> lines, int start, int end, char others) {
        long first = lines.subList(0, start).stream()
                        .filter(line -> line.mark() != others)
                        .count()
                + 1;
        long count = lines.subList(start, end).stream()
                .filter(line -> line.mark() != others)
                .count();
        if (count == 1) {
            return Long.toString(first);
        }
        return (count == 0 ? first - 1 : first) + "," + count;
    }

    /** By the longest common subsequence; configurations have some hundred lines. */
    private static List<Line> merged(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int old = before.size() - 1; old >= 0; old--) {
            for (int now = after.size() - 1; now >= 0; now--) {
                common[old][now] = before.get(old).equals(after.get(now))
                        ? common[old + 1][now + 1] + 1
                        : Math.max(common[old + 1][now], common[old][now + 1]);
            }
        }
        var lines = new ArrayList<Line>();
        int old = 0;
        int now = 0;
        while (old < before.size() || now < after.size()) {
            if (old < before.size() && now < after.size() && before.get(old).equals(after.get(now))) {
                lines.add(new Line(' ', before.get(old++)));
                now++;
            } else if (now == after.size() || old < before.size() && common[old + 1][now] >= common[old][now + 1]) {
                lines.add(new Line('-', before.get(old++)));
            } else {
                lines.add(new Line('+', after.get(now++)));
            }
        }
        return lines;
    }
}
