(* SPDX-License-Identifier: GPL-2.0-only *)
(*
 * onepass.v - why one pass in program order is enough
 *
 * The verifier (vm/verify.c) keeps one abstract state for each jump target
 * that lies ahead. It goes over the instructions once, in their order; what an
 * instruction's transfer function gives for each successor is joined into the
 * state that waits there. Instructions that no state waits for are refused, or,
 * in a lowered program, left out; here they are left out, which accepts more.
 *
 * Proved here, for any transfer functions that are sound by themselves (the
 * value domain is proved elsewhere), any join that is sound for states of one
 * pass (that of the stack's slots is, see the end) and for jumps that go
 * forward only: if the pass accepts, every state that any run can reach lies
 * inside the state that the pass had at that instruction, is safe there, and
 * no run takes more steps than there are instructions.
 *
 * `state_of` is what the pass leaves behind for each instruction. The C code
 * frees a state when the pass has reached its target; `untouched` below is why
 * it may: later instructions never write there again. Counting is by whole
 * instructions: the second half of a wide constant is not one.
 *)
Require Import Arith Lia List.
Import ListNotations.

Section OnePass.

(* ---- what the machine does ---- *)

Variable Conc : Type. (* registers, stack and ctx *)
Variable n : nat. (* number of instructions *)
Variable step : nat -> Conc -> nat -> Conc -> Prop.
Variable safe : nat -> Conc -> Prop. (* this instruction does not fault *)

Inductive runs : nat -> Conc -> nat -> nat -> Conc -> Prop :=
| runs_none : forall pc s, runs pc s 0 pc s
| runs_more : forall pc s k pc1 s1 pc2 s2,
    runs pc s k pc1 s1 -> step pc1 s1 pc2 s2 -> runs pc s (S k) pc2 s2.

(* ---- what the verifier knows ---- *)

Variable Abs : Type.
Variable gamma : Abs -> Conc -> Prop. (* the concrete states it stands for *)
Variable join : Abs -> Abs -> Abs.

(*
 * A join may leave out what both states have of the same instruction (`writer`
 * in vm/verify_state.h). So it is sound for states of one pass, not for any
 * two: what each instruction has put into states is a record of the pass, and
 * `ok k l a` says that a holds nothing of an instruction from k on, and of one
 * below what l has of it.
 *)
Variable W : Type. (* what one instruction puts into states *)
Variable ok : nat -> (nat -> W) -> Abs -> Prop.
Hypothesis ok_grows : forall k k' l l' a,
  k <= k' -> (forall i, i < k -> l i = l' i) -> ok k l a -> ok k' l' a.
Hypothesis join_ok : forall k l a b, ok k l a -> ok k l b -> ok k l (join a b).
Hypothesis join_left : forall k l a b s,
  ok k l a -> ok k l b -> gamma a s -> gamma (join a b) s.
Hypothesis join_right : forall k l a b s,
  ok k l a -> ok k l b -> gamma b s -> gamma (join a b) s.

(* None: refused. Some: a state for every successor. *)
Variable transfer : nat -> Abs -> option (list (nat * Abs)).
Hypothesis transfer_safe : forall pc a out s,
  transfer pc a = Some out -> gamma a s -> safe pc s.
Hypothesis transfer_step : forall pc a out s pc' s',
  transfer pc a = Some out -> gamma a s -> step pc s pc' s' ->
  exists a', In (pc', a') out /\ gamma a' s'.
Hypothesis transfer_forward : forall pc a out pc' a',
  transfer pc a = Some out -> In (pc', a') out -> pc < pc' < n.
(* an instruction is visited once, so it adds one record of its own *)
Hypothesis transfer_ok : forall pc l a out,
  transfer pc a = Some out -> ok pc l a ->
  exists l', (forall i, i < pc -> l i = l' i) /\
    forall t b, In (t, b) out -> ok (S pc) l' b.

(* ---- the pass ---- *)

Definition waiting := nat -> option Abs.

Definition send (w : waiting) (to : nat * Abs) : waiting :=
  fun pc =>
    if pc =? fst to
    then Some (match w pc with Some b => join b (snd to) | None => snd to end)
    else w pc.

Fixpoint pass (left pc : nat) (w : waiting) : option waiting :=
  match left with
  | 0 => Some w
  | S left' =>
    match w pc with
    | None => pass left' (S pc) w (* no way leads to it *)
    | Some a =>
      match transfer pc a with
      | None => None
      | Some out => pass left' (S pc) (fold_left send out w)
      end
    end
  end.

Definition first (a : Abs) : waiting := fun pc => if pc =? 0 then Some a else None.

(* ---- states only grow, and only ahead ---- *)

Definition covers (w : waiting) (pc : nat) (s : Conc) : Prop :=
  exists a, w pc = Some a /\ gamma a s.

Definition good (k : nat) (l : nat -> W) (w : waiting) : Prop :=
  forall t a, w t = Some a -> ok k l a.

Definition all_ok (k : nat) (l : nat -> W) (out : list (nat * Abs)) : Prop :=
  forall t b, In (t, b) out -> ok k l b.

Lemma good_grows : forall k k' l l' w,
  k <= k' -> (forall i, i < k -> l i = l' i) -> good k l w -> good k' l' w.
Proof.
  intros k k' l l' w Hk Hl H t a Ha. eapply ok_grows; eauto.
Qed.

Lemma send_good : forall k l w t b,
  good k l w -> ok k l b -> good k l (send w (t, b)).
Proof.
  intros k l w t b Hw Hb q a. unfold send; simpl.
  destruct (q =? t); [|apply Hw].
  destruct (w q) as [c|] eqn:E; intros H; inversion H; subst; auto.
  apply join_ok; auto. eapply Hw; eauto.
Qed.

Lemma send_keeps : forall k l w t b pc s,
  good k l w -> ok k l b -> covers w pc s -> covers (send w (t, b)) pc s.
Proof.
  intros k l w t b pc s Hw Hb [a [Ha Hs]]. unfold covers, send; simpl.
  destruct (pc =? t).
  - rewrite Ha. eexists; split; [reflexivity|].
    eapply join_left; eauto.
  - exists a; auto.
Qed.

Lemma send_covers : forall k l w t b s,
  good k l w -> ok k l b -> gamma b s -> covers (send w (t, b)) t s.
Proof.
  intros k l w t b s Hw Hb Hs. unfold covers, send; simpl.
  rewrite Nat.eqb_refl. destruct (w t) as [c|] eqn:E.
  - eexists; split; [reflexivity|]. eapply join_right; eauto.
  - eexists; split; [reflexivity|]; auto.
Qed.

Lemma sends_good : forall k l out w,
  good k l w -> all_ok k l out -> good k l (fold_left send out w).
Proof.
  induction out as [|[t b] out IH]; simpl; intros w Hw Hout; auto.
  apply IH.
  - apply send_good; auto. eapply Hout; left; reflexivity.
  - intros q c Hin. eapply Hout; right; eauto.
Qed.

Lemma sends_keep : forall k l out w pc s,
  good k l w -> all_ok k l out -> covers w pc s ->
  covers (fold_left send out w) pc s.
Proof.
  induction out as [|[t b] out IH]; simpl; intros w pc s Hw Hout Hc; auto.
  assert (Hb : ok k l b) by (eapply Hout; left; reflexivity).
  apply IH.
  - apply send_good; auto.
  - intros q c Hin. eapply Hout; right; eauto.
  - eapply send_keeps; eauto.
Qed.

Lemma sends_cover : forall k l out w t b s,
  good k l w -> all_ok k l out -> In (t, b) out -> gamma b s ->
  covers (fold_left send out w) t s.
Proof.
  induction out as [|[q c] out IH]; simpl; intros w t b s Hw Hout Hin Hs;
    [contradiction|].
  assert (Hc : ok k l c) by (eapply Hout; left; reflexivity).
  assert (Hrest : all_ok k l out).
  { intros q' c' H. eapply Hout; right; eauto. }
  destruct Hin as [E | Hin].
  - inversion E; subst. eapply sends_keep; eauto.
    + apply send_good; auto.
    + eapply send_covers; eauto.
  - eapply IH; eauto. apply send_good; auto.
Qed.

Lemma sends_untouched : forall out w pc,
  (forall t b, In (t, b) out -> pc < t) -> fold_left send out w pc = w pc.
Proof.
  induction out as [|[t b] out IH]; simpl; intros w pc H; auto.
  rewrite IH by (intros; eapply H; eauto).
  unfold send; simpl. destruct (pc =? t) eqn:E; auto.
  apply Nat.eqb_eq in E. specialize (H t b (or_introl eq_refl)). lia.
Qed.

(* The states that wait after an instruction are those of one record again. *)
Lemma step_good : forall pc l w a out,
  good pc l w -> w pc = Some a -> transfer pc a = Some out ->
  exists l', good (S pc) l' w /\ all_ok (S pc) l' out /\
    good (S pc) l' (fold_left send out w).
Proof.
  intros pc l w a out Hw Ha Ht.
  destruct (transfer_ok _ l _ _ Ht (Hw _ _ Ha)) as [l' [Hl Hout]].
  assert (Hg : good (S pc) l' w) by (eapply good_grows; [|exact Hl|exact Hw]; lia).
  exists l'. repeat split; auto. apply sends_good; auto.
Qed.

Lemma pass_keeps : forall left pc l w w' q s,
  good pc l w -> pass left pc w = Some w' -> covers w q s -> covers w' q s.
Proof.
  induction left; simpl; intros pc l w w' q s Hw H Hc.
  - inversion H; subst; auto.
  - destruct (w pc) as [a|] eqn:Ew.
    + destruct (transfer pc a) as [out|] eqn:Et; [|discriminate].
      destruct (step_good _ _ _ _ _ Hw Ew Et) as [l' [Hg [Ho Hs]]].
      eapply IHleft; [exact Hs|exact H|]. eapply sends_keep; eauto.
    + eapply IHleft; [|exact H|exact Hc].
      eapply good_grows; [|reflexivity|exact Hw]; lia.
Qed.

(* What is behind the pass is never written again: its state may be freed. *)
Lemma untouched : forall left pc w w' q,
  pass left pc w = Some w' -> q < pc -> w' q = w q.
Proof.
  induction left; simpl; intros pc w w' q H Hq.
  - inversion H; subst; auto.
  - destruct (w pc) eqn:Ew; [|eapply IHleft; eauto].
    destruct (transfer pc a) as [out|] eqn:Et; [|discriminate].
    rewrite (IHleft _ _ _ q H) by lia.
    apply sends_untouched. intros t b Hin.
    destruct (transfer_forward _ _ _ _ _ Et Hin). lia.
Qed.

(* Every instruction that has a state was accepted with the one it ends with. *)
Lemma pass_accepts : forall left pc l w w' q a,
  good pc l w -> pass left pc w = Some w' -> pc <= q < pc + left ->
  w' q = Some a ->
  exists out, transfer q a = Some out /\
    forall t b s, In (t, b) out -> gamma b s -> covers w' t s.
Proof.
  induction left; simpl; intros pc l w w' q a Hw H Hq Ha; [lia|].
  destruct (w pc) as [b|] eqn:Ew.
  - destruct (transfer pc b) as [out|] eqn:Et; [|discriminate].
    destruct (step_good _ _ _ _ _ Hw Ew Et) as [l' [Hg [Ho Hs]]].
    destruct (Nat.eq_dec q pc) as [-> | Hne].
    + assert (Hsame : w' pc = Some b).
      { rewrite (untouched _ _ _ _ pc H) by lia.
        rewrite sends_untouched; auto.
        intros t c Hin. destruct (transfer_forward _ _ _ _ _ Et Hin). lia. }
      rewrite Hsame in Ha. inversion Ha; subst b.
      exists out. split; auto.
      intros t c s Hin Hc. eapply pass_keeps; [exact Hs|exact H|].
      eapply sends_cover; eauto.
    + eapply IHleft; [exact Hs|exact H| |exact Ha]. lia.
  - destruct (Nat.eq_dec q pc) as [-> | Hne].
    + rewrite (untouched _ _ _ _ pc H) in Ha by lia. congruence.
    + eapply IHleft; [|exact H| |exact Ha]; [|lia].
      eapply good_grows; [|reflexivity|exact Hw]; lia.
Qed.

(* ---- the theorem ---- *)

Variable a0 : Abs.
Variable state_of : waiting.
Hypothesis not_empty : 0 < n.
Hypothesis accepted : pass n 0 (first a0) = Some state_of.
Variable l0 : nat -> W.
Hypothesis first_ok : ok 0 l0 a0. (* nothing is of any instruction *)

Lemma first_good : good 0 l0 (first a0).
Proof.
  intros t a. unfold first. destruct (t =? 0); intros H; inversion H; subst; auto.
Qed.

Lemma steps_forward : forall pc s pc' s',
  pc < n -> covers state_of pc s -> step pc s pc' s' ->
  pc < pc' < n /\ covers state_of pc' s'.
Proof.
  intros pc s pc' s' Hpc [a [Ha Hs]] Hstep.
  destruct (pass_accepts _ _ _ _ _ pc a first_good accepted) as [out [Ht Hcov]];
    [lia|auto|].
  destruct (transfer_step _ _ _ _ _ _ Ht Hs Hstep) as [a' [Hin Hs']].
  split; [eapply transfer_forward; eauto | eapply Hcov; eauto].
Qed.

Theorem one_pass_is_sound : forall s0 k pc s,
  gamma a0 s0 -> runs 0 s0 k pc s ->
  pc < n /\ covers state_of pc s /\ safe pc s /\ k <= pc.
Proof.
  intros s0 k pc s H0 Hr.
  assert (H : pc < n /\ covers state_of pc s /\ k <= pc).
  { remember 0 as start eqn:Estart. induction Hr; subst.
    - repeat split; [assumption| |lia].
      eapply pass_keeps; [exact first_good|exact accepted|].
      exists a0. unfold first; simpl; auto.
    - destruct IHHr as [Hn [Hc Hk]]; auto.
      destruct (steps_forward _ _ _ _ Hn Hc H) as [[Hlt Hn'] Hc'].
      repeat split; auto. lia. }
  destruct H as [Hn [Hc Hk]]. repeat split; auto.
  destruct Hc as [a [Ha Hs]].
  destruct (pass_accepts _ _ _ _ _ pc a first_good accepted) as [out [Ht _]];
    [lia|auto|].
  eapply transfer_safe; eauto.
Qed.

(* A run takes fewer steps than there are instructions: it ends. *)
Corollary runs_end : forall s0 k pc s,
  gamma a0 s0 -> runs 0 s0 k pc s -> k < n.
Proof.
  intros s0 k pc s H0 Hr.
  destruct (one_pass_is_sound _ _ _ _ H0 Hr) as [? [_ [_ ?]]]. lia.
Qed.

End OnePass.

(*
 * ---- the stack's slots, as vm/verify_join.c joins them ----
 *
 * Each holds something and names the instruction that put it there, or none.
 * Where two states name the same one, nothing is looked at (join_slot).
 *)
Section Slots.

Variable Held Word : Type.
Variable means : Held -> Word -> Prop.
Variable both : Held -> Held -> Held. (* sound by itself, for any two *)
Hypothesis both_left : forall a b x, means a x -> means (both a b) x.
Hypothesis both_right : forall a b x, means b x -> means (both a b) x.

Record slot := { held : Held; writer : option nat }.
Definition slots := nat -> slot.

Definition is_by (a : slot) (i : nat) : bool :=
  match writer a with Some j => j =? i | None => false end.

Definition join_slot (a b : slot) : slot :=
  match writer b with
  | Some i => if is_by a i then a
              else {| held := both (held a) (held b); writer := None |}
  | None => {| held := both (held a) (held b); writer := None |}
  end.
Definition join_slots (a b : slots) : slots := fun x => join_slot (a x) (b x).

Definition slots_mean (a : slots) (s : nat -> Word) : Prop :=
  forall x, means (held (a x)) (s x).

(* l: what each instruction has put into each slot *)
Definition slots_ok (k : nat) (l : nat -> nat -> Held) (a : slots) : Prop :=
  forall x i, writer (a x) = Some i -> i < k /\ held (a x) = l i x.

Lemma is_by_true : forall a i, is_by a i = true -> writer a = Some i.
Proof.
  intros a i. unfold is_by. destruct (writer a); [|discriminate].
  intros H. apply Nat.eqb_eq in H. congruence.
Qed.

Theorem slots_ok_grows : forall k k' l l' a,
  k <= k' -> (forall i, i < k -> l i = l' i) ->
  slots_ok k l a -> slots_ok k' l' a.
Proof.
  intros k k' l l' a Hk Hl H x i Hi. destruct (H x i Hi) as [Hlt He].
  split; [lia|]. rewrite He. rewrite (Hl i Hlt). reflexivity.
Qed.

Theorem join_slots_ok : forall k l a b,
  slots_ok k l a -> slots_ok k l b -> slots_ok k l (join_slots a b).
Proof.
  intros k l a b Ha Hb x i. unfold join_slots, join_slot.
  destruct (writer (b x)) as [j|]; simpl; [|discriminate].
  destruct (is_by (a x) j); simpl; [apply Ha|discriminate].
Qed.

Theorem join_slots_left : forall k l a b s,
  slots_ok k l a -> slots_ok k l b ->
  slots_mean a s -> slots_mean (join_slots a b) s.
Proof.
  intros k l a b s _ _ H x. unfold join_slots, join_slot.
  destruct (writer (b x)) as [j|]; simpl; auto.
  destruct (is_by (a x) j); simpl; auto.
Qed.

(* here it is needed that both are of one pass *)
Theorem join_slots_right : forall k l a b s,
  slots_ok k l a -> slots_ok k l b ->
  slots_mean b s -> slots_mean (join_slots a b) s.
Proof.
  intros k l a b s Ha Hb H x. unfold join_slots, join_slot.
  destruct (writer (b x)) as [j|] eqn:Ej; simpl; auto.
  destruct (is_by (a x) j) eqn:Ei; simpl; auto.
  apply is_by_true in Ei.
  destruct (Ha x j Ei) as [_ E1]. destruct (Hb x j Ej) as [_ E2].
  rewrite E1, <- E2. auto.
Qed.

(* What instruction pc puts into some slots; the others stay. *)
Definition put (pc : nat) (some : nat -> bool) (what : nat -> Held)
  (a : slots) : slots :=
  fun x => if some x then {| held := what x; writer := Some pc |} else a x.

Theorem put_ok : forall pc l a some what,
  slots_ok pc l a ->
  exists l', (forall i, i < pc -> l i = l' i) /\
    slots_ok (S pc) l' (put pc some what a).
Proof.
  intros pc l a some what H.
  exists (fun i => if i =? pc then what else l i). split.
  - intros i Hi. destruct (i =? pc) eqn:E; auto. apply Nat.eqb_eq in E. lia.
  - intros x i. unfold put. destruct (some x); simpl.
    + intros E. inversion E; subst. rewrite Nat.eqb_refl. split; [lia|auto].
    + intros E. destruct (H x i E) as [Hlt He]. split; [lia|].
      destruct (i =? pc) eqn:E'; auto. apply Nat.eqb_eq in E'. lia.
Qed.

End Slots.

Print Assumptions one_pass_is_sound.
Print Assumptions runs_end.
Print Assumptions slots_ok_grows.
Print Assumptions join_slots_ok.
Print Assumptions join_slots_left.
Print Assumptions join_slots_right.
Print Assumptions put_ok.
