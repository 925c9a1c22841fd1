package io.orangery.postgres.configuration;

import java.util.Random;

/** Text made of what quoting gets wrong. The seed is part of the failure message of each test that uses it. */
final class RandomText {
    private static final String LETTERS = "ab 'c\"\\:=#%\t\n\r\u000b\fé漢0*(){},$-";

    private final Random random;
    private final String excluded;

    RandomText(long seed, String excluded) {
        this.random = new Random(seed);
        this.excluded = excluded;
    }

    String next() {
        return random.ints(random.nextInt(12), 0, LETTERS.length())
                .mapToObj(LETTERS::charAt)
                .filter(letter -> excluded.indexOf(letter) < 0)
                .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                .toString();
    }
}
