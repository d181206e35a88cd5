; SPDX-License-Identifier: GPL-2.0-only
;
; lemmas.smt2 - what ir.py assumes of products and quotients, over the integers
;
; A product is the one of integers, its low and its high 64 bits; words are not
; negative. a = q * b + r with 0 <= r < b says that q and r are quotient and
; remainder. Each check must be unsat.

(set-logic QF_NIA)
(declare-const a Int) (declare-const b Int)
(declare-const c Int) (declare-const d Int)
(declare-const q Int) (declare-const r Int)
(declare-const p Int) (declare-const s Int)

; lemma commutes
(push) (assert (distinct (* a b) (* b a))) (check-sat) (pop)

; lemma monotone-product, one operand at a time
(push)
(assert (and (<= 0 a c) (<= 0 b)))
(assert (> (* a b) (* c b)))
(check-sat) (pop)

; lemma monotone-quotient: a = q b + r, c = p d + s, a <= c, d <= b; if q > p,
; then a >= q b >= (p + 1) d > c, by the lemma before
(push)
(assert (and (<= 0 p) (< p q) (< 0 d) (<= d b)))
(assert (>= (* (+ p 1) d) (+ (* p d) s)))
(assert (and (<= 0 r) (<= 0 s) (< s d)))
(assert (<= (* (+ p 1) d) (* q d)))
(assert (<= (* q d) (* q b)))
(assert (<= (+ (* q b) r) (+ (* p d) s)))
(check-sat) (pop)

; lemma quotient-below: q <= a
(push)
(assert (and (<= 0 q) (< 0 b) (<= 0 r) (< r b) (= a (+ (* q b) r))))
(assert (<= (* q 1) (* q b)))
(assert (> q a))
(check-sat) (pop)

; lemma remainder-below: r <= a
(push)
(assert (and (<= 0 q) (< 0 b) (<= 0 r) (< r b) (= a (+ (* q b) r))))
(assert (<= (* 0 b) (* q b)))
(assert (> r a))
(check-sat) (pop)

; lemma remainder-whole: a < b gives r = a
(push)
(assert (and (<= 0 q) (< 0 b) (<= 0 a) (< a b)))
(assert (and (<= 0 r) (< r b) (= a (+ (* q b) r))))
(assert (=> (<= 1 q) (<= (* 1 b) (* q b))))
(assert (distinct r a))
(check-sat) (pop)

; lemma schoolbook: the next bit of x, times y, to the sum of those before
(push)
(assert (distinct (* (+ a (* b c)) d) (+ (* a d) (* b (* c d)))))
(check-sat) (pop)
