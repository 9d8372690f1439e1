// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/explain/trust.h"
#include "core/jobs/classifywork.h"
#include "core/jobs/modelloader.h"
#include "core/result.h"
#include "core/review/reviewsession.h"

#include <QObject>
#include <QStringList>

#include <functional>
#include <memory>
#include <optional>

namespace birblens {

struct ExportJob;
class InferenceThread;

/**
 * The one inference thread and what is queued for it. Watches the session: when frame, class, layer
 * or method change, the newest request replaces the waiting one, and a result that is no longer
 * wanted is dropped on arrival. Day classification works in small batches between interactive
 * requests. GUI thread only. The destructor cancels and waits (well under a second).
 */
class InferenceService : public QObject
{
    Q_OBJECT
public:
    explicit InferenceService(ReviewSession &session, QObject *parent = nullptr);
    ~InferenceService() override;
    /**
     * Gives up whatever runs, for good. @return whether the network came back within @p ms
     * milliseconds (-1: waits for it); one operator of it cannot be interrupted.
     */
    bool stop(int ms);

    /** Loads on the inference thread; modelOpened, modelFailed or metadataNeeded follows. */
    void openModel(const QString &path);
    /** With the person's answer, which is stored beside the file (or under XDG data). */
    void openModel(const QString &path, const ModelInfo &answer);
    bool isLoading() const;
    /**
     * From whom a frame that is decoded already can be had, in full resolution, by its path; null
     * when it cannot. Called on the GUI thread. Without it each frame is decoded once more.
     */
    void setPictures(const std::function<QImage(const QString &)> &decoded);
    /** What the network runs on; for measuring. */
    InferenceThread &inferenceThread();
    /**
     * While the person runs through the frames with a key held down no explanation, no batch of
     * frames is begun: the network is free for the frame that they stop at. Also over when no other
     * frame has come for a while.
     */
    void setHurrying(bool hurrying);
    /** Gives up what is being explained; the session says so in place of the map. */
    void cancelExplanation();

    /**
     * Classifies the frames of the day that have no prediction of the open model yet; once the
     * session has loaded what it knows. @param featuresToo those as well that were classified
     * before features were kept.
     */
    void classifyDay(bool featuresToo = false);
    void cancelClassify();
    bool isClassifying() const;

    /**
     * Runs @p exporter over @p keys on a worker, explanations on the inference thread. @p job says
     * what the person chose: folder, format, place...; the rest is the session's. exportProgress
     * and exportFinished follow. One at a time.
     */
    void startExport(const QString &exporter, const QStringList &keys, ExportJob job);
    void cancelExport();
    bool isExporting() const;

    /**
     * Checks whether @p map of the image @p path can be trusted (see TrustCheck), in pieces between
     * interactive requests. trustProgress and trustFinished follow; a check that runs is replaced
     * without a word. Another model cancels it.
     */
    void startTrust(const QString &path, const ClassMap &map);
    /** trustFinished follows at once, with an error. */
    void cancelTrust();
    bool isCheckingTrust() const;

    /**
     * Explains @p keys one by one, as the current frame is explained, for the session's shared
     * range; interactive requests come first. Another target, layer, method, model or day cancels.
     */
    void startSurvey(const QStringList &keys);
    void cancelSurvey();
    bool isSurveying() const;

Q_SIGNALS:
    /** Of methods that take long; 0..1. The explanation's arrival or failure ends it. */
    void explanationProgress(double share);
    void modelLoading(const QString &path);
    void modelOpened();
    void modelFailed(const birblens::Error &error);
    void metadataNeeded(const birblens::MetadataQuestion &question);
    void classifyProgress(const birblens::ClassifyProgress &progress);
    void classifyFinished(bool cancelled);
    void exportProgress(int done, int total);
    void exportFinished(const QString &exporter, int written, int skipped, int failed,
                        bool cancelled, const QString &folder, const QString &firstProblem);
    void surveyProgress(int done, int total);
    void surveyFinished(bool cancelled);
    void trustProgress(double share); ///< 0..1
    void trustFinished(const birblens::Result<birblens::TrustReport> &report);

protected:
    bool event(QEvent *event) override;

private:
    void openModelWith(const QString &path, const std::optional<ModelInfo> &answer);

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace birblens
