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
 * Proved here, for any transfer functions and any join that are sound by
 * themselves (the value domain is proved elsewhere) and for jumps that go
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
Hypothesis join_left : forall a b s, gamma a s -> gamma (join a b) s.
Hypothesis join_right : forall a b s, gamma b s -> gamma (join a b) s.

(* None: refused. Some: a state for every successor. *)
Variable transfer : nat -> Abs -> option (list (nat * Abs)).
Hypothesis transfer_safe : forall pc a out s,
  transfer pc a = Some out -> gamma a s -> safe pc s.
Hypothesis transfer_step : forall pc a out s pc' s',
  transfer pc a = Some out -> gamma a s -> step pc s pc' s' ->
  exists a', In (pc', a') out /\ gamma a' s'.
Hypothesis transfer_forward : forall pc a out pc' a',
  transfer pc a = Some out -> In (pc', a') out -> pc < pc' < n.

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

Lemma send_keeps : forall w to pc s, covers w pc s -> covers (send w to) pc s.
Proof.
  intros w [t b] pc s [a [Ha Hs]]. unfold covers, send; simpl.
  destruct (pc =? t).
  - rewrite Ha. eexists; split; [reflexivity|]. apply join_left; assumption.
  - exists a; auto.
Qed.

Lemma send_covers : forall w t b s, gamma b s -> covers (send w (t, b)) t s.
Proof.
  intros w t b s Hs. unfold covers, send; simpl. rewrite Nat.eqb_refl.
  destruct (w t); eexists; (split; [reflexivity|]); auto.
Qed.

Lemma sends_keep : forall out w pc s,
  covers w pc s -> covers (fold_left send out w) pc s.
Proof.
  induction out; simpl; intros; auto. apply IHout. apply send_keeps; auto.
Qed.

Lemma sends_cover : forall out w t b s,
  In (t, b) out -> gamma b s -> covers (fold_left send out w) t s.
Proof.
  induction out; simpl; intros w t b s Hin Hs; [contradiction|].
  destruct Hin as [-> | Hin].
  - apply sends_keep. apply send_covers; auto.
  - eapply IHout; eauto.
Qed.

Lemma sends_untouched : forall out w pc,
  (forall t b, In (t, b) out -> pc < t) -> fold_left send out w pc = w pc.
Proof.
  induction out as [|[t b] out IH]; simpl; intros w pc H; auto.
  rewrite IH by (intros; eapply H; eauto).
  unfold send; simpl. destruct (pc =? t) eqn:E; auto.
  apply Nat.eqb_eq in E. specialize (H t b (or_introl eq_refl)). lia.
Qed.

Lemma pass_keeps : forall left pc w w' q s,
  pass left pc w = Some w' -> covers w q s -> covers w' q s.
Proof.
  induction left; simpl; intros pc w w' q s H Hc.
  - inversion H; subst; auto.
  - destruct (w pc); [|eapply IHleft; eauto].
    destruct (transfer pc a) as [out|]; [|discriminate].
    eapply IHleft; eauto. apply sends_keep; auto.
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
Lemma pass_accepts : forall left pc w w' q a,
  pass left pc w = Some w' -> pc <= q < pc + left -> w' q = Some a ->
  exists out, transfer q a = Some out /\
    forall t b s, In (t, b) out -> gamma b s -> covers w' t s.
Proof.
  induction left; simpl; intros pc w w' q a H Hq Ha; [lia|].
  destruct (Nat.eq_dec q pc) as [-> | Hne].
  - destruct (w pc) as [b|] eqn:Ew.
    + destruct (transfer pc b) as [out|] eqn:Et; [|discriminate].
      assert (w' pc = Some b).
      { rewrite (untouched _ _ _ _ pc H) by lia.
        rewrite sends_untouched; auto.
        intros t c Hin. destruct (transfer_forward _ _ _ _ _ Et Hin). lia. }
      rewrite H0 in Ha. inversion Ha; subst b.
      exists out. split; auto.
      intros t c s Hin Hs. eapply pass_keeps; eauto. eapply sends_cover; eauto.
    + rewrite (untouched _ _ _ _ pc H) in Ha by lia. congruence.
  - destruct (w pc) as [b|]; [|eapply IHleft; eauto; lia].
    destruct (transfer pc b) as [out|]; [|discriminate].
    eapply IHleft; eauto. lia.
Qed.

(* ---- the theorem ---- *)

Variable a0 : Abs.
Variable state_of : waiting.
Hypothesis not_empty : 0 < n.
Hypothesis accepted : pass n 0 (first a0) = Some state_of.

Lemma steps_forward : forall pc s pc' s',
  pc < n -> covers state_of pc s -> step pc s pc' s' ->
  pc < pc' < n /\ covers state_of pc' s'.
Proof.
  intros pc s pc' s' Hpc [a [Ha Hs]] Hstep.
  destruct (pass_accepts _ _ _ _ pc a accepted) as [out [Ht Hcov]]; [lia|auto|].
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
    - repeat split; [assumption| |lia]. eapply pass_keeps; eauto.
      exists a0. unfold first; simpl; auto.
    - destruct IHHr as [Hn [Hc Hk]]; auto.
      destruct (steps_forward _ _ _ _ Hn Hc H) as [[Hlt Hn'] Hc'].
      repeat split; auto. lia. }
  destruct H as [Hn [Hc Hk]]. repeat split; auto.
  destruct Hc as [a [Ha Hs]].
  destruct (pass_accepts _ _ _ _ pc a accepted) as [out [Ht _]]; [lia|auto|].
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

Print Assumptions one_pass_is_sound.
Print Assumptions runs_end.
