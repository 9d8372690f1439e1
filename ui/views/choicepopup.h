// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QFrame>
#include <QIcon>
#include <QList>
#include <QString>
#include <QStringList>

class QListWidget;
class QListWidgetItem;

namespace birblens {

/** A list of choices under a button: any number of them can be ticked, each with a count. */
class ChoicePopup : public QFrame
{
    Q_OBJECT
public:
    struct Choice
    {
        QString key;
        QString text;
        int count = 0;
        QIcon icon = {};
    };

    explicit ChoicePopup(QWidget *parent = nullptr);

    /** Keeps what is ticked where the key is there again. */
    void setChoices(const QList<Choice> &choices, const QStringList &ticked);
    QStringList ticked() const;
    QStringList keys() const;
    int countOf(const QString &key) const; ///< -1 when it is not listed
    /** As a click on the choice does. */
    void toggle(const QString &key);
    /** Below @p anchor, inside the screen. */
    void showUnder(QWidget *anchor);

Q_SIGNALS:
    void changed(const QStringList &ticked);

private:
    QListWidgetItem *itemOf(const QString &key) const;

    QListWidget *m_list;
};

} // namespace birblens
